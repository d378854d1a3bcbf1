/** English: the texts that every other language follows. */
import { books } from "./books";
import { common } from "./common";
import { gateways } from "./gateways";
import { moneyBack } from "./money-back";
import { platform } from "./platform";
import { tenant } from "./tenant";

/** One text, or its forms by count. */
export type Text = string | { one: string; other: string };

export const en = { ...common, ...gateways, ...moneyBack, ...platform, ...tenant, ...books } satisfies Record<string, Text>;
export type Key = keyof typeof en;
