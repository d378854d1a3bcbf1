/** Texts of a tenant's console. */
export const tenant = {
  "dash.title": "Dashboard",
};
