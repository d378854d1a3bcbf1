/** How payment providers and their keys are called. */
import { tOr } from "../words";

export const providerName = (provider: string): string => tOr(`provider.${provider}`, provider);
export const keyName = (key: string): string => tOr(`key.${key}`, key);
