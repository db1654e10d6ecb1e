import assert from "node:assert/strict";
import { test } from "node:test";
import { SafeStorage } from "../src/gateway/storage";

test("what a forbidden storage does not take is known until the page ends", () => {
  const storage = new SafeStorage(() => {
    throw new Error("denied");
  });
  assert.equal(storage.set("secret", "a"), false);
  assert.equal(storage.get("secret"), "a");
  storage.remove("secret");
  assert.equal(storage.get("secret"), undefined);
});

test("a full storage keeps no older value in front of a newer one", () => {
  const values = new Map([["box", "old"]]);
  let isFull = true;
  const storage = new SafeStorage(
    () =>
      ({
        getItem: (key: string) => values.get(key) ?? null,
        setItem: (key: string, value: string) => {
          if (isFull) throw new Error("full");
          values.set(key, value);
        },
        removeItem: (key: string) => void values.delete(key),
      }) as unknown as Storage,
  );
  storage.set("box", "new");
  assert.equal(storage.get("box"), "new");
  isFull = false;
  storage.set("box", "newest");
  assert.equal(storage.get("box"), "newest");
  assert.equal(values.get("box"), "newest");
});
