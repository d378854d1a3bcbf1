import type { Words } from "..";
export const de: Words = {};
