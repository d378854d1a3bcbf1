/** Of people who come, go and knock, what is heard. Pure. */
import type { PersonView, RoomRole } from "./protocol";

/** The other one of the two whom the call is between, as somebody of that role sees it; of guests, the seller. */
export function otherOf(people: PersonView[], role: RoomRole): PersonView | undefined {
  const other = role === "seller" ? "buyer" : "seller";
  // In a free room nobody is the buyer: who came first has no guest's place.
  const isFirst = (person: PersonView) => other === "buyer" && person.role === "visitor" && !person.guest;
  return people.find((person) => person.role === other || isFirst(person));
}

/**
 * What is heard when `before` becomes `now`: of third persons, for the call itself says whether the other one is there;
 * not of oneself, who is `me` among the peers. A knock is heard by whoever lets people in.
 */
export function stir(before: PersonView[], now: PersonView[], me: string, role: RoomRole): "join" | "leave" | null {
  const all = [...before, ...now];
  const silent = new Set([otherOf(all, role)?.id, all.find(({ peer }) => peer === me)?.id]);
  const ids = (people: PersonView[], what: (person: PersonView) => boolean) =>
    people.filter((person) => what(person) && !silent.has(person.id)).map(({ id }) => id);
  const added = (what: (person: PersonView) => boolean) => {
    const known = ids(before, what);
    return ids(now, what).some((id) => !known.includes(id));
  };
  const isThere = ({ peer }: PersonView) => !!peer;
  if (added(isThere) || (role === "buyer" && added(({ waiting }) => waiting))) return "join";
  const there = ids(now, isThere);
  return ids(before, isThere).some((id) => !there.includes(id)) ? "leave" : null;
}
