// Sample categories of a tenant's console.
import { find, invalid, listing, Refusal } from "./rest.mjs";
import { DAY, NOW, uuid } from "./sample.mjs";

const MOST = 100;

const sample = (n, slug, names, services, more = {}) => ({ id: uuid(15, n), slug, names, video: true, reminder_min: null, missed_min: null, warning_min: null, services, closed_at: null, ...more });

export const sampleCategories = () => [
  sample(0, "lawyers", { de: "Recht", en: "Lawyers" }, 4),
  sample(1, "doctors", { de: "Medizin", en: "Doctors" }, 7, { warning_min: 5 }),
  sample(2, "tarot", { de: "Kartenlegen", en: "Tarot" }, 2, { closed_at: NOW - 30 * DAY }),
  sample(3, "life-coaching", { en: "Life coaching" }, 0),
  sample(4, "cooking", { de: "Kochen", en: "Cooking" }, 1, { video: false }),
  sample(5, "qa-and-review", { de: "Prüfung und Gutachten", en: "QA and review" }, 3),
  sample(6, "small-animals-and-their-big-worries", { de: "Kleine Tiere und ihre großen Sorgen", en: "Small animals and their big worries" }, 12),
  sample(7, "music", { de: "Musik", en: "Music" }, 1240),
];

export function categories(db) {
  const named = (category) => category.names[db.settings.language];
  const free = (name, own) => {
    const taken = db.categories.some((category) => category.id !== own && category.closed_at === null && named(category)?.toLowerCase() === name.toLowerCase());
    if (taken) throw invalid("names", "Another category has this name. Choose a different one.");
  };
  const checked = ({ names, video, reminder_min, missed_min, warning_min }, own) => {
    if (Object.values(names).some((name) => name.length > 40)) throw invalid("names", "Use names of up to 40 characters.");
    if (!names[db.settings.language]) throw invalid("names", "Give it a name in your marketplace's language.");
    if (warning_min !== null && !(warning_min >= 1 && warning_min <= 60)) throw invalid("warning_min", "Choose 1 to 60 minutes.");
    free(names[db.settings.language], own);
    return { names, video, reminder_min, missed_min, warning_min };
  };
  return {
    "GET /categories": ({ query }) => {
      const sortable = db.categories.map((category) => ({ ...category, name: (named(category) ?? category.slug).toLowerCase() }));
      const page = listing(sortable, query, { text: ({ names }) => Object.values(names).join("\n") });
      return { ...page, items: page.items.map(({ name, ...category }) => category) };
    },
    "POST /categories": ({ body }) => {
      if (db.categories.length >= MOST) throw new Refusal(409, "too_many_categories", `You can have up to ${MOST} categories, closed ones among them.`);
      const draft = checked(body);
      const slug = named(draft).toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
      const added = { ...sample(db.categories.length, slug, draft.names, 0), ...draft };
      db.categories.push(added);
      return { id: added.id };
    },
    "PUT /categories/:id": ({ params, body }) => {
      const category = find(db.categories, params.id);
      Object.assign(category, checked(body, params.id));
    },
    "POST /categories/:id/close": ({ params }) => {
      const category = find(db.categories, params.id);
      if (category.closed_at !== null) throw new Refusal(409, "closed", "This category is closed already.");
      category.closed_at = NOW;
    },
    "POST /categories/:id/open": ({ params }) => {
      const category = find(db.categories, params.id);
      if (category.closed_at === null) throw new Refusal(409, "open", "This category is open.");
      free(named(category), params.id);
      category.closed_at = null;
    },
  };
}
