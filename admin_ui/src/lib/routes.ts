/** What a console's list of pages looks like. */
import type { Component } from "svelte";
import type { IconName } from "../parts/icons";
import type { Key } from "../words";
import { session } from "./session.svelte";
import type { Permission } from "./types";

export interface Route {
  path: string;
  title: Key;
  icon: IconName;
  /** Task under which it stands in the navigation. */
  group: Key;
  permission?: Permission;
  load: () => Promise<{ default: Component }>;
}

/** The pages that whoever is here may see. */
export function allowed(routes: Route[]): Route[] {
  return routes.filter(({ permission }) => !permission || session.sees(permission));
}

export function grouped(routes: Route[]): { group: Key; routes: Route[] }[] {
  const groups = [...new Set(routes.map(({ group }) => group))];
  return groups.map((group) => ({ group, routes: routes.filter((route) => route.group === group) }));
}
