// Sample studios of a tenant's console.
import { find, invalid, listing, notFound, Refusal } from "./rest.mjs";
import { DAY, NOW, person, uuid } from "./sample.mjs";

const member = (n, invited = false) => ({ ...person(n), invited });

export const sampleStudios = () => [
  { id: uuid(14, 0), name: "Kleine Freiheit & Töchter", created_at: NOW - 90 * DAY, closed_at: null, managers: [member(30), member(31, true)], sellers: [member(0), member(2), member(5)], share: { bp: 3_000, manager_id: member(30).id } },
  { id: uuid(14, 1), name: "Nordlicht", created_at: NOW - 12 * DAY, closed_at: null, managers: [member(32, true)], sellers: [], share: null },
  { id: uuid(14, 2), name: "Altes Studio", created_at: NOW - 400 * DAY, closed_at: NOW - 30 * DAY, managers: [], sellers: [], share: null },
];

/** With whom sellers share, by their id. */
export const sampleShares = () => ({ [uuid(1, 0)]: [{ id: uuid(1, 2), name: person(2).name, bp: 3_333 }] });

const line = ({ managers, sellers, share: _, ...studio }) => ({ ...studio, managers: managers.length, sellers: sellers.length });

export function studios(db) {
  const open = (id) => {
    const studio = find(db.studios, id);
    if (studio.closed_at !== null) throw new Refusal(409, "studio_closed", "This studio is closed.");
    return studio;
  };
  const without = (people, id) => {
    if (!people.some((each) => each.id === id)) throw notFound();
    return people.filter((each) => each.id !== id);
  };
  const free = (name, own) => {
    const taken = db.studios.some((studio) => studio.id !== own && studio.closed_at === null && studio.name.toLowerCase() === name.toLowerCase());
    if (taken) throw invalid("name", "Another studio has this name. Choose a different one.");
  };
  return {
    "GET /sellers/:id/shares": ({ params }) => {
      const theirs = db.studios.find(({ sellers }) => sellers.some(({ id }) => id === params.id));
      const studio = theirs?.share ? { id: theirs.id, name: theirs.name, bp: theirs.share.bp } : null;
      return { studio, co_sellers: db.shares[params.id] ?? [] };
    },
    "PUT /sellers/:id/shares": ({ params, body }) => {
      if (body.co_sellers.some(({ bp }) => bp < 1)) throw invalid("co_sellers", "Give each of them more than nothing, and at most 100 %.");
      db.shares[params.id] = body.co_sellers.map(({ seller_id, bp }) => ({ id: seller_id, name: find(db.sellers, seller_id).name, bp }));
    },
    "PUT /studios/:id/share": ({ params, body }) => {
      open(params.id).share = body.bp > 0 ? { bp: body.bp, manager_id: body.manager_id } : null;
    },
    "GET /studios": ({ query }) => listing(db.studios.map(line), query, { text: ({ name }) => name }),
    "POST /studios": ({ body }) => {
      free(body.name);
      const manager = { id: uuid(1, 900 + db.studios.length), name: body.manager_name, email: body.manager_email, invited: true };
      const studio = { id: uuid(14, db.studios.length), name: body.name, created_at: NOW, closed_at: null, managers: [manager], sellers: [], share: null };
      db.studios.push(studio);
      return { id: studio.id };
    },
    "GET /studios/:id": ({ params }) => find(db.studios, params.id),
    "PATCH /studios/:id": ({ params, body }) => {
      free(body.name, params.id);
      open(params.id).name = body.name;
    },
    "POST /studios/:id/close": ({ params }) => void Object.assign(open(params.id), { closed_at: NOW, managers: [], sellers: [], share: null }),
    "POST /studios/:id/managers": ({ params, body }) => {
      const manager = { id: uuid(1, 950 + open(params.id).managers.length), invited: true, ...body };
      open(params.id).managers.push(manager);
      return { id: manager.id };
    },
    "DELETE /studios/:id/managers/:person": ({ params }) => {
      const left = without(open(params.id).managers, params.person);
      if (left.length === 0) throw new Refusal(409, "last_manager", "This is the last manager. Add another one first, or close the studio.");
      const studio = open(params.id);
      studio.managers = left;
      if (studio.share?.manager_id === params.person) studio.share = null;
    },
    "POST /studios/:id/sellers": ({ params, body }) => {
      const theirs = db.studios.find(({ sellers }) => sellers.some(({ id }) => id === body.seller_id));
      if (theirs) throw new Refusal(409, "in_studio", `This seller is in the studio “${theirs.name}”. They can be in one only.`);
      const { id, name, email, invited } = find(db.sellers, body.seller_id);
      open(params.id).sellers.push({ id, name, email, invited });
    },
    "DELETE /studios/:id/sellers/:person": ({ params }) => void (open(params.id).sellers = without(open(params.id).sellers, params.person)),
  };
}
