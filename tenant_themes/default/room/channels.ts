/** Interpreters' channels (requirement G6): who is heard how loud on the channel that the listener chose. Pure. */
import type { PersonView } from "./protocol";

/**
 * What is interpreted stays heard, softly, below the interpreter. Where a page can't set a player's volume (iOS), it stays
 * as loud as it was: only silence can be had there.
 */
export const LOWERED = 0.15;

/** Languages that somebody who is there interprets, whether they speak right now or not. */
export function channelsOf(people: PersonView[]): string[] {
  const spoken = people.filter((person) => person.peer && !person.waiting).flatMap((person) => person.languages ?? []);
  return [...new Set(spoken)];
}

/** Loudness of each peer, 0 to 1, for who listens to `channel`, or to none: then they hear the original. */
export function volumes(people: PersonView[], channel: string | null): Map<string, number> {
  const interpreted = channel !== null && people.some((person) => person.peer && person.speaks === channel);
  const loudness = ({ speaks }: PersonView) => {
    if (speaks) return speaks === channel ? 1 : 0;
    return interpreted ? LOWERED : 1;
  };
  const heard = people.flatMap((person) => (person.peer ? [[person.peer, loudness(person)] as const] : []));
  return new Map(heard);
}
