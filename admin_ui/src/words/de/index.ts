/** Deutsch. */
import type { Words } from "..";
import { books } from "./books";
import { common } from "./common";
import { gateways } from "./gateways";
import { moneyBack } from "./money-back";
import { platform } from "./platform";
import { tenant } from "./tenant";

export const de: Words = { ...common, ...gateways, ...moneyBack, ...platform, ...tenant, ...books };
