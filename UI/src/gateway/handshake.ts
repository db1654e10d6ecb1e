import type { Identity } from "./identity";

const protocolGeneration = 4;

const client = { id: "openclaw-control-ui", mode: "ui", platform: "web", deviceFamily: "" } as const;
const role = "operator";
const scopes = ["operator.admin", "operator.read", "operator.write", "operator.approvals", "operator.pairing"];

export interface Challenge {
  readonly nonce: string;
  /** The gateway's clock, so that a wrong clock here cannot spoil the signature. */
  readonly ts: number;
}

/** What we can show the gateway: a secret a person typed, a token this browser was given earlier, or nothing. */
export type Proof =
  | { readonly kind: "secret"; readonly secret: string }
  | { readonly kind: "deviceToken"; readonly token: string }
  | { readonly kind: "none" };

export async function connectParams(
  challenge: Challenge,
  proof: Proof,
  identity: Identity | undefined,
  instanceId: string,
): Promise<object> {
  return {
    minProtocol: protocolGeneration,
    maxProtocol: protocolGeneration,
    client: { id: client.id, version: __VERSION__, platform: client.platform, mode: client.mode, instanceId },
    role,
    scopes,
    caps: ["tool-events"],
    locale: navigator.language,
    userAgent: navigator.userAgent,
    ...authOf(proof),
    ...(identity && { device: await deviceOf(identity, challenge, proof) }),
  };
}

/** The typed secret may be the token or the password; the gateway looks at the one its mode asks for. */
function authOf(proof: Proof): object {
  switch (proof.kind) {
    case "secret":
      return { auth: { token: proof.secret, password: proof.secret } };
    case "deviceToken":
      return { auth: { token: proof.token } };
    case "none":
      return {};
  }
}

async function deviceOf(identity: Identity, challenge: Challenge, proof: Proof): Promise<object> {
  const payload = signedPayload(identity.deviceId, challenge, proof);
  return {
    id: identity.deviceId,
    publicKey: identity.publicKey,
    signature: await identity.sign(payload),
    signedAt: challenge.ts,
    nonce: challenge.nonce,
  };
}

export function signedPayload(deviceId: string, challenge: Challenge, proof: Proof): string {
  const token = proof.kind === "secret" ? proof.secret : proof.kind === "deviceToken" ? proof.token : "";
  return [
    "v3",
    deviceId,
    client.id,
    client.mode,
    role,
    scopes.join(","),
    challenge.ts,
    token,
    challenge.nonce,
    client.platform,
    client.deviceFamily,
  ].join("|");
}
