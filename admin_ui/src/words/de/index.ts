/** Deutsch. */
import type { Words } from "..";
import { books } from "./books";
import { common } from "./common";
import { platform } from "./platform";
import { tenant } from "./tenant";

export const de: Words = { ...common, ...platform, ...tenant, ...books };
