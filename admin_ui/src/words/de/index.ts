/** Deutsch. */
import type { Words } from "..";
import { common } from "./common";
import { gateways } from "./gateways";
import { platform } from "./platform";
import { tenant } from "./tenant";

export const de: Words = { ...common, ...gateways, ...platform, ...tenant };
