/**
 * This browser's device key.
 *
 * The private key is generated so that it cannot be exported and rests in IndexedDB. Browsers offer WebCrypto only on
 * https and localhost; elsewhere, or where Ed25519 is missing, there is no identity and the token alone must do.
 */
export interface Identity {
  /** Lowercase hex SHA-256 of the public key. */
  readonly deviceId: string;
  /** Base64url, no padding. */
  readonly publicKey: string;
  sign(text: string): Promise<string>;
}

interface StoredKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: Uint8Array;
}

export async function loadIdentity(): Promise<Identity | undefined> {
  if (typeof crypto === "undefined" || !crypto.subtle || typeof indexedDB === "undefined") return undefined;
  try {
    const database = await openDatabase();
    const key = (await readKey(database)) ?? (await createKey(database));
    database.close();
    return await identityOf(key);
  } catch {
    // Private windows may forbid IndexedDB and older browsers lack Ed25519: connecting without a device still works.
    return undefined;
  }
}

async function identityOf(key: StoredKey): Promise<Identity> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", key.publicKey));
  return {
    deviceId: [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    publicKey: base64url(key.publicKey),
    async sign(text) {
      const signature = await crypto.subtle.sign("Ed25519", key.privateKey, new TextEncoder().encode(text));
      return base64url(new Uint8Array(signature));
    },
  };
}

async function createKey(database: IDBDatabase): Promise<StoredKey> {
  const pair = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const key: StoredKey = { privateKey: pair.privateKey, publicKey };
  await finished(database.transaction(storeName, "readwrite").objectStore(storeName).put(key, keyName));
  return key;
}

const storeName = "identity";
const keyName = "device";

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open("openclaw-control-ui", 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  return finished(request);
}

function readKey(database: IDBDatabase): Promise<StoredKey | undefined> {
  return finished(database.transaction(storeName).objectStore(storeName).get(keyName));
}

function finished<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
