// What is heard when people come, go and knock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./module.js";

const { stir } = await load("room/stir.ts");

const person = (role, peer, more) => ({ id: more?.id ?? role, role, name: role, peer, waiting: false, ...more });
const buyer = person("buyer", "b");
const seller = person("seller", "s");
const interpreter = (peer, more) => person("interpreter", peer, { guest: "place", ...more });
const heard = (before, now, [me, role] = ["b", "buyer"]) => stir(before, now, me, role);

test("a third person is heard coming and going, by all", () => {
  const [two, there, away] = [[buyer, seller], [buyer, seller, interpreter("i")], [buyer, seller, interpreter(null)]];
  for (const who of [["b", "buyer"], ["s", "seller"]]) {
    assert.equal(heard(two, there, who), "join");
    assert.equal(heard(away, there, who), "join");
    assert.equal(heard(there, away, who), "leave");
    assert.equal(heard(there, two, who), "leave");
    assert.equal(heard(away, two, who), null);
  }
});

test("one's own coming and going isn't heard, nor the other's, of whom the call tells", () => {
  const guest = interpreter("i");
  assert.equal(heard([seller], [seller, guest], ["i", "interpreter"]), null);
  assert.equal(heard([seller, guest], [seller, interpreter(null)], ["i", "interpreter"]), null);
  assert.equal(heard([buyer], [buyer, seller]), null);
  assert.equal(heard([buyer, seller], [person("buyer", null), seller], ["s", "seller"]), null);
  // To a guest, the other one is the seller: the buyer is a third.
  assert.equal(heard([person("buyer", null), seller, guest], [buyer, seller, guest], ["i", "interpreter"]), "join");
});

test("whoever came first to a free room is the host's other one; who comes later isn't", () => {
  const first = person("visitor", "v", { id: "first" });
  const later = person("visitor", "w", { id: "later", guest: "place" });
  assert.equal(heard([seller], [seller, first], ["s", "seller"]), null);
  assert.equal(heard([seller, first], [seller, first, later], ["s", "seller"]), "join");
  assert.equal(heard([seller, first, later], [seller, later], ["s", "seller"]), null);
  assert.equal(heard([seller, first, later], [seller, first], ["s", "seller"]), "leave");
});

test("a knock is heard once, by whoever lets people in", () => {
  const [two, waits] = [[buyer, seller], [buyer, seller, interpreter(null, { waiting: true })]];
  assert.equal(heard(two, waits), "join");
  assert.equal(heard(waits, waits), null);
  assert.equal(heard(two, waits, ["s", "seller"]), null);
  assert.equal(heard(waits, two), null);
});

test("what changes besides isn't heard", () => {
  assert.equal(heard([buyer, seller, interpreter("i")], [buyer, seller, interpreter("i", { speaks: "fr" })]), null);
  assert.equal(heard([buyer, seller, interpreter("i")], [buyer, seller, interpreter("again")]), null);
});
