// What the doctor finds, one message for each check and result; the level is the status. Without a deployment first.
import { catalogue, error, info, warn } from "./define.ts";
import { deploymentFindings } from "./doctor-deployment.ts";
import { INNER } from "./help.ts";

const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** What an action of CAM is for. */
const PURPOSES = {
  images: "reading images",
  copies: "requesting, naming and publishing copies",
  tags: "tagging copies",
  families: "knowing which image a family points to",
  quota: "knowing whether a region has room",
  regions: "knowing whether a new region exists",
  shares: "sharing copies, and checking shares before a deletion",
  uses: "checking that an image is not in use before it is deleted",
  deletions: "deleting copies",
  state: "the state in the bucket",
  journal: "the journal in CLS",
  secret: "reading the password of the database",
  caller: "knowing the account",
} as const;

type Purpose = keyof typeof PURPOSES;
type Missing = { readonly action: string; readonly purpose: Purpose; readonly who: "key" | "role" };

const CAM_FILES: Readonly<Record<Purpose, string>> = {
  images: "command.json",
  copies: "command.json",
  tags: "command.json",
  families: "command.json",
  quota: "command.json",
  regions: "command.json",
  shares: "command.json",
  uses: "delete-images.json",
  deletions: "delete-images.json",
  state: "state-in-cos.json",
  journal: "journal-in-cls.json",
  secret: "state-password.json",
  caller: "command.json",
};

const missing = ({ action, purpose, who }: Missing) => {
  const file = who === "role" ? CAM_FILES[purpose].replace("command", "poll-copies") : CAM_FILES[purpose];
  return {
    text: `${action} is not permitted; it is needed for ${PURPOSES[purpose]}`,
    remedy:
      who === "role"
        ? `run npm run deploy, which restores the policies of its own role; to a role of yours, attach deploy/cam/${file}`
        : `attach deploy/cam/${file} to the user or role of this key in the CAM console`,
  };
};

const offBy = (p: { ahead: number; precision: number }) => {
  const size = seconds(Math.abs(p.ahead));
  return `this clock is ${size} ${p.ahead < 0 ? "behind" : "ahead of"} that of Tencent Cloud (± ${seconds(p.precision)})`;
};
const SET_CLOCK = "set the clock of this machine, for example by switching NTP on (timedatectl set-ntp true)";

const accountFindings = {
  "configuration-valid": info(() => "the variables of the environment are valid"),
  "policy-valid": info((p: { file: string; policies: number; enabled: number; warnings: number }) => {
    const warnings = p.warnings > 0 ? `; ${count(p.warnings, "warning")}, see cvm-replicator validate` : "";
    return `${p.file}: ${count(p.policies, "policy", "policies")}, ${p.enabled} enabled${warnings}`;
  }),
  "policy-wrong": error((p: { text: string }) => ({
    text: p.text,
    remedy: "correct the policy file; cvm-replicator validate checks it again",
  })),
  "policy-absent": warn((p: { file: string }) => ({
    text: `there is no ${p.file}, so no region and no permission of a policy is checked`,
    remedy: "name the policy file of the deployment with --policy FILE",
  })),
  "credentials-accepted": info((p: { from: string; account: string; kind: "account" | "user" | "role" }) => {
    const whose = { account: "the account's own key", user: "a user of CAM", role: "a role" }[p.kind];
    return `account ${p.account}, ${whose}, from ${p.from}`;
  }),
  "credentials-exposed": warn((p: { from: string }) => ({
    text: `other users of this machine can read the key in ${p.from}`,
    remedy: `run chmod 600 ${p.from}`,
  })),
  "credentials-absent": error((p: { text: string }) => p.text, INNER),
  "credentials-refused": error((p: { from: string; text: string; remedy?: string }) => ({
    text: `the key from ${p.from} is refused: ${p.text}`,
    remedy: p.remedy ?? "check TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and TENCENTCLOUD_TOKEN",
  })),
  "no-account": warn(
    () => "not examined, because the account is not known: see credentials",
    "correct what the check of the credentials reports, then run the doctor again",
  ),
  "clock-right": info(offBy),
  "clock-off": warn((p: { ahead: number; precision: number }) => ({
    text: `${offBy(p)}; signatures are refused from 5 minutes`,
    remedy: SET_CLOCK,
  })),
  "clock-wrong": error((p: { ahead: number; precision: number }) => ({
    text: `${offBy(p)}; every signature is refused from 5 minutes`,
    remedy: SET_CLOCK,
  })),
  "clock-unknown": warn(
    (p: { cause: string }) => `the cloud does not tell its time: ${p.cause}`,
    "nothing, if the other checks pass; else check the network to the API",
  ),
} as const;

const failures = {
  overdue: error((p: { seconds: number }) => ({
    text: `no answer within ${p.seconds} s`,
    remedy: "run the doctor again; if it lasts, look at the vendor's status page and the network of this machine",
  })),
  "may-not-read": warn((p: { action: string; detail: string }) => ({
    text: `this key may not call ${p.action} (${p.detail})`,
    remedy: "attach deploy/cam/doctor.json to its user, or run the doctor with a key that may read the deployment",
  })),
  "not-enabled": error((p: { service: string; code: string }) => ({
    text: `${p.service} is not enabled for this account (${p.code})`,
    remedy: `open the console of ${p.service} once with the main account and enable it`,
  })),
  "in-arrears": error((p: { service: string; code: string }) => ({
    text: `${p.service} is suspended for this account, most likely because it is in arrears (${p.code})`,
    remedy: "look at the balance in the billing console, top it up, and run the doctor again",
  })),
  unreachable: error((p: { text: string }) => ({
    text: p.text,
    remedy:
      "check the network and the DNS of this machine, and REPLICATOR_ENDPOINT if it is set; if others answer, this one is down",
  })),
  "not-readable": error((p: { text: string; remedy?: string }) => ({
    text: p.text,
    remedy: p.remedy ?? "run the doctor again; if it lasts, ask the vendor with the code above",
  })),
  unexpected: error(
    () => "an error that this program did not foresee; please report it with the output of LOG_LEVEL=debug",
    "report it with the output of LOG_LEVEL=debug, as the text says",
  ),
} as const;

const imageFindings = {
  "no-regions": warn(() => "no enabled policy names a region", "enable a policy, or name regions in `from` and `to`"),
  "region-answers": info(
    (p: { ms: number; images: number }) => `${count(p.images, "custom image")}, read in ${seconds(p.ms)}`,
  ),
  "region-silent": error((p: { text: string }) => ({
    text: p.text,
    remedy:
      "if other regions answer, it is this one: look at the vendor's status page; the others go on without it, and it is read again by itself",
  })),
  "region-absent": error((p: { near: string | undefined }) => ({
    text: `Tencent Cloud has no such region for CVM${p.near === undefined ? "" : `; did you mean ${p.near}?`}`,
    remedy: "correct `from` or `to` in the policy file",
  })),
  "permission-missing": error(missing),
  "permission-useful": warn((p: Missing) => ({
    ...missing(p),
    text: `${p.action} is not permitted; it serves ${PURPOSES[p.purpose]}`,
  })),
  permitted: info((p: { purpose: Purpose }) => `permitted, for ${PURPOSES[p.purpose]}`),
  "probably-permitted": info((p: { purpose: Purpose; code: string }) => {
    return `probably permitted, for ${PURPOSES[p.purpose]}: a harmless call was answered with ${p.code}, not with a refusal`;
  }),
  "permitted-to-account": info((p: { purpose: Purpose; account: string }) => {
    return `permitted, for ${PURPOSES[p.purpose]}: the key of account ${p.account} itself may do everything`;
  }),
  "granted-by-policies": info(
    (p: { purpose: Purpose }) => `the policies of the role allow it, for ${PURPOSES[p.purpose]}`,
  ),
  "permission-limited": warn((p: { purpose: Purpose }) => {
    return `the policies of the role allow it for some resources or under a condition, for ${PURPOSES[p.purpose]}; only a run shows whether that suffices`;
  }, "nothing, if the resources and the condition are meant so; else attach the file of deploy/cam/ to the role"),
  "no-harmless-call": warn((p: { purpose: Purpose }) => {
    return `no call shows this without a change, for ${PURPOSES[p.purpose]}; compare the user's policies in the CAM console with deploy/cam/command.json`;
  }, "compare the policies, as the text says"),
  "no-verdict": warn(
    (p: { text: string; remedy?: string }) => ({
      text: p.text,
      ...(p.remedy !== undefined && { remedy: p.remedy }),
    }),
    "follow the text, which is the answer of the cloud",
  ),
  "no-image-to-try": warn(
    () => "no policy selects an image that is NORMAL now, so that no copy can be tried",
    "create an image that a policy selects, wait until it is NORMAL, and run the doctor again",
  ),
  "copy-refused": warn(
    (p: { imageId: string; region: string; destination: string; text: string; remedy?: string }) => ({
      text: `probably permitted, but a dry run of a copy of ${p.imageId} from ${p.region} to ${p.destination} was refused: ${p.text}`,
      remedy: p.remedy ?? "run cvm-replicator plan --preflight, which tries every copy",
    }),
  ),
} as const;

const KINDS = {
  cos: "a bucket without versioning",
  postgres: "a PostgreSQL server",
  sqlite: "a file of this machine",
} as const;

const stateFindings = {
  "state-readable": info((p: { state: string; kind: keyof typeof KINDS; copies: number; isNew: boolean }) => {
    const what = p.isNew ? "no records of this account yet" : `${count(p.copies, "copy", "copies")} recorded`;
    const write = p.kind === "cos" ? "readable; the next run shows whether it can be written" : "readable and writable";
    return `${p.state}, ${KINDS[p.kind]}: ${write}, ${what}`;
  }),
  "state-unwritable": error(
    (p: { state: string; cause: string }) => `the state ${p.state} can be read but not written: it ${p.cause}`,
    "follow the cause in the text: permissions, space on the disk, or the rights of the user of the database",
  ),
  "state-unusable": error(
    (p: { text: string; remedy?: string }) => ({
      text: p.text,
      ...(p.remedy !== undefined && { remedy: p.remedy }),
    }),
    INNER,
  ),
  "state-public": error((p: { state: string }) => ({
    text: `anyone can read the state ${p.state} without a key: the bucket or its policy permits public access`,
    remedy: "make the bucket private in the COS console (permissions of the bucket), and remove a policy for everyone",
  })),
  "state-shared": info(() => "the functions use the same state as this command"),
  "state-differs": warn((p: { theirs: string; ours: string }) => ({
    text: `the functions use the state ${p.theirs}, this command ${p.ours}: what follows about runs is not about the functions`,
    remedy: `set STATE_URL as the functions have it (${p.theirs})`,
  })),
  "installation-differs": error((p: { theirs: string; ours: string }) => ({
    text: `the functions have REPLICATOR_INSTALLATION=${p.theirs}, this command ${p.ours}, with one state`,
    remedy: `set REPLICATOR_INSTALLATION=${p.theirs} for this command`,
  })),
  "installation-unknown": warn(
    () => "the state cannot be read, see above",
    "correct what the check of the state reports, then run the doctor again",
  ),
  "regions-unread": warn((p: { regions: readonly string[] }) => {
    return `copies of other installations in ${p.regions.join(", ")} are not known, because these regions could not be read`;
  }, "run the doctor again once these regions can be read"),
  "installation-known": info((p: { own: string | null; others: readonly string[] }) => {
    const own = p.own ?? "no id yet; the first run makes one";
    const others = p.others.length > 0 ? `; copies of ${p.others.join(", ")} exist too, and are not touched` : "";
    return `${own}${others}`;
  }),
  "installation-undecided": error((p: { ids: readonly string[] }) => {
    const [id = "ID"] = p.ids;
    return {
      text: `the state does not know whether the copies of ${p.ids.join(", ") || "an unknown installation"} in this account are its own`,
      remedy: `if they are, set REPLICATOR_INSTALLATION=${id}, or run cvm-replicator rebuild --take-over ${id}; if not, set REPLICATOR_INSTALLATION to another id`,
    };
  }),
  "installation-changes": warn((p: { given: string; recorded: string }) => ({
    text: `REPLICATOR_INSTALLATION=${p.given}, but the state is that of installation ${p.recorded}`,
    remedy: `set REPLICATOR_INSTALLATION=${p.recorded}, unless this installation is to go on as ${p.given}`,
  })),
} as const;

/** Writes what the doctor finds. Its texts hold no secrets. */
export const finding = catalogue({
  ...accountFindings,
  ...failures,
  ...imageFindings,
  ...stateFindings,
  ...deploymentFindings,
});
