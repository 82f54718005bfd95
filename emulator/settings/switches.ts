// The switches: one for each API behaviour that is unverified or undocumented.
import { EmulatorInputError } from "../errors.ts";
import { COS_SWITCHES } from "./cos-switches.ts";
import { EVENT_SWITCHES } from "./event-switches.ts";
import { IDENTITY_SWITCHES } from "./identity-switches.ts";
import { SCF_SWITCHES } from "./scf-switches.ts";
import type { SwitchSpec } from "./switch-spec.ts";

/**
 * API behaviour that is unverified, or that the documentation does not specify. The first value is
 * the default. A client that works under every value works whichever value is true.
 */
export const ALL_SWITCHES = {
  sourceBusyWhileCopying: {
    values: ["syncing", "refuses", "no"],
    default: "syncing",
    about:
      "Whether the source of a running copy is busy: it shows SYNCING and rejects another SyncImages; it shows NORMAL but rejects another SyncImages; or it is not busy.",
  },
  uniqueNames: {
    values: ["on-modify", "off", "everywhere", "late"],
    default: "on-modify",
    about:
      "Which actions require an image name to be unique in its region: ModifyImageAttribute, CreateImage and ImportImage; none; SyncImages as well; or SyncImages accepts the name and the copy fails at its end.",
  },
  dryRunAnswer: {
    values: ["success", "error"],
    default: "success",
    about: "The response to a dry run that passes: an empty success, or the error DryRunOperation.",
  },
  unknownIdInDescribe: {
    values: ["empty", "error"],
    default: "empty",
    about:
      "DescribeImages with an id that does not exist: the id is left out, or the whole call fails with InvalidImageId.NotFound.",
  },
  tagWhileSyncing: {
    values: ["allowed", "failed-resource", "error"],
    default: "allowed",
    about: "Tagging an image that is SYNCING: it works, the image is listed in FailedResources, or the call fails.",
  },
  renameWhileSyncing: {
    values: ["error", "allowed"],
    default: "error",
    about: "ModifyImageAttribute on an image that is SYNCING: it fails, or it works.",
  },
  copyTagsCarriedOver: {
    values: ["no", "yes"],
    default: "no",
    about: "Whether a copy gets all tags of its source.",
  },
  descriptionCarriedOver: {
    values: ["yes", "no"],
    default: "yes",
    about: "Whether a copy gets the description of its source.",
  },
  tagsVisibleAfterMs: {
    values: [0, 1500],
    milliseconds: true,
    default: 0,
    about: "How long DescribeImages still shows the old tags after TagResources (milliseconds, not time-scaled).",
  },
  copyVisibleAfterMs: {
    values: [0, 1500],
    milliseconds: true,
    default: 0,
    about: "How long a new copy is invisible to every call after SyncImages (milliseconds, not time-scaled).",
  },
  describeOrder: {
    values: ["newest", "oldest"],
    default: "newest",
    about: "The order of images in DescribeImages.",
  },
  syncPercentOnNormal: {
    values: ["null", 100, 20],
    default: "null",
    about: "SyncPercent of a NORMAL image; the vendor's own example shows 20.",
  },
  imageSetMissingEntries: {
    values: ["none", "last", "all"],
    default: "none",
    about: "Which entries are missing from the ImageSet of the SyncImages response, although the copies exist.",
  },
  sharedImageTagsVisible: {
    values: ["no", "yes"],
    default: "no",
    about: "Whether an account that received a shared image sees the owner's tags.",
  },
  failedCopyState: {
    values: ["CREATEFAILED", "vanishes"],
    default: "CREATEFAILED",
    about: "What remains of a failed copy: an image in CREATEFAILED, or nothing.",
  },
  modifyWhileShared: {
    values: ["refused", "allowed"],
    default: "refused",
    about: "ModifyImageAttribute on an image that is shared with other accounts: it fails, as documented, or it works.",
  },
  shareTwice: {
    values: ["error", "ignored"],
    default: "error",
    about: "Sharing an image again with the same account: FailedOperation.AccountAlreadyExists, or no effect.",
  },
  shareWithBadAccount: {
    values: ["nobody", "others"],
    default: "nobody",
    about:
      "Sharing an image with several accounts of which one is refused: the call fails without an effect, or it fails after the image was shared with the others.",
  },
  badAccountNamed: {
    values: ["yes", "no"],
    default: "yes",
    about: "Whether the error for an account that does not exist names the account.",
  },
  familyPointsTo: {
    values: ["newest", "newest-modified", "first"],
    default: "newest",
    about:
      "Which image of a family DescribeImageFromFamily returns: the newest, the one added to the family last, or the oldest.",
  },
  familySkipsDeprecated: {
    values: ["yes", "no"],
    default: "yes",
    about: "Whether DescribeImageFromFamily passes over deprecated images.",
  },
  emptyFamily: {
    values: ["clears", "ignored"],
    default: "clears",
    about: "ModifyImageAttribute with an empty ImageFamily: it removes the image from its family, or it has no effect.",
  },
  familyCarriedOver: {
    values: ["no", "yes"],
    default: "no",
    about: "Whether a copy gets the family of its source.",
  },
  deleteFailedImages: {
    values: ["allowed", "error"],
    default: "allowed",
    about:
      "DeleteImages on an image that is CREATEFAILED or IMPORTFAILED: it works, or it fails with InvalidImageId.IncorrectState.",
  },
  quotaCountsSyncing: {
    values: ["yes", "no"],
    default: "yes",
    about: "Whether images that are CREATING, IMPORTING or SYNCING count towards the quota of their region.",
  },
  auditRecords: {
    values: ["complete", "resources-only", "names-only"],
    default: "complete",
    about:
      "What audit records contain: parameters, answer and resources, as in the vendor's field table; or neither parameters nor answer, as in the known real records of CVM, and the images only in `resources`, with a project and short regions, or only in `resourceName`.",
  },
  ...COS_SWITCHES,
  ...IDENTITY_SWITCHES,
  ...EVENT_SWITCHES,
  ...SCF_SWITCHES,
} as const satisfies Record<string, SwitchSpec>;

type Table = typeof ALL_SWITCHES;
export type SwitchName = keyof Table;

/** A value for every switch. */
export type Switches = {
  -readonly [K in SwitchName]: Table[K] extends { milliseconds: true } ? number : Table[K]["values"][number];
};

const NAMES = Object.keys(ALL_SWITCHES) as SwitchName[];

/** The default of every switch. */
export function defaultSwitches(): Switches {
  return Object.fromEntries(NAMES.map((name) => [name, ALL_SWITCHES[name].default])) as Switches;
}

/**
 * Validates switches from JSON or from a command line, where numbers may be text.
 * Throws `EmulatorInputError` that lists every problem and the allowed values.
 */
export function parseSwitches(input: Readonly<Record<string, unknown>>): Partial<Switches> {
  const problems: string[] = [];
  const result: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(input)) {
    if (!Object.hasOwn(ALL_SWITCHES, name)) {
      problems.push(`switch ${name}: unknown; allowed: ${NAMES.join(", ")}`);
      continue;
    }
    const spec: SwitchSpec = ALL_SWITCHES[name as SwitchName];
    const parsed = parseValue(spec, value);
    if (parsed === undefined) {
      const allowed = spec.milliseconds
        ? `a number of milliseconds${spec.signed ? "" : ", 0 or more"}`
        : spec.values.join(", ");
      problems.push(`switch ${name}: ${JSON.stringify(value)} is not allowed; allowed: ${allowed}`);
    } else {
      result[name] = parsed;
    }
  }
  if (problems.length > 0) throw new EmulatorInputError(problems.join("\n"));
  return result;
}

function parseValue(spec: SwitchSpec, value: unknown): string | number | undefined {
  if (spec.milliseconds) {
    const ms = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof ms === "number" && Number.isFinite(ms) && (spec.signed || ms >= 0) ? ms : undefined;
  }
  return spec.values.find((allowed) => String(allowed) === String(value));
}
