// Parameters of the messages that no placeholder can stand for: they choose a phrase, or are computed with.

/** By the title of a part of docs/messages.md and by code, the parameters of each form that is shown. */
export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, readonly object[]>>>> = {
  Reasons: {
    drift: [
      { imageId: "<imageId>", region: "<region>", differences: ["<differences>"], onDrift: "report" },
      {
        imageId: "<imageId>",
        region: "<region>",
        differences: ["<differences>"],
        tries: "<tries>",
        lastTryAt: "<lastTryAt>",
        onDrift: "repair",
      },
    ],
    quota: [
      { region: "<region>", used: "<used>", limit: "<limit>", reserved: 0, ahead: 0, needs: 1, lastVersions: [] },
      { region: "<region>", used: "<used>", limit: "<limit>", reserved: 2, ahead: 3, needs: 2, lastVersions: [] },
      {
        region: "<region>",
        used: "<used>",
        limit: "<limit>",
        reserved: 0,
        ahead: 0,
        needs: 1,
        lastVersions: [{ imageId: "<imageId>", name: "<name>" }],
      },
    ],
    "region-unread": [
      { region: "<region>", because: "unreadable" },
      { region: "<region>", because: "late" },
      { region: "<region>", because: "poll" },
    ],
    "image-unread": [
      { imageId: "<imageId>", because: "unreadable" },
      { imageId: "<imageId>", because: "late" },
      { imageId: "<imageId>", because: "poll" },
    ],
  },
  "Findings of the doctor": {
    "sweep-late": [{ ago: "<ago>", every: 600_000 }],
    swept: [{ ago: "<ago>", every: 600_000 }],
    "credentials-accepted": [{ from: "<from>", account: "<account>", kind: "user" }],
    "clock-right": [{ ahead: 300, precision: 500 }],
    "clock-off": [{ ahead: 90_000, precision: 500 }],
    "clock-wrong": [{ ahead: -400_000, precision: 500 }],
    "region-answers": [{ ms: 300, images: 12 }],
    "permission-missing": [
      { action: "<action>", purpose: "copies", who: "key" },
      { action: "<action>", purpose: "copies", who: "role" },
    ],
    "permission-useful": [{ action: "<action>", purpose: "uses", who: "key" }],
    permitted: [{ purpose: "copies" }],
    "probably-permitted": [{ purpose: "copies", code: "<code>" }],
    "permitted-to-account": [{ purpose: "copies", account: "<account>" }],
    "granted-by-policies": [{ purpose: "copies" }],
    "permission-limited": [{ purpose: "copies" }],
    "no-harmless-call": [{ purpose: "copies" }],
    "state-readable": [{ state: "<state>", kind: "postgres", copies: 12, isNew: false }],
  },
  "Configuration and credentials": {
    "state-url-cos-invalid": [{ url: "<url>", part: "bucket" }],
  },
  "The journal": {
    recovered: [
      { imageId: "<imageId>", from: "marker" },
      { imageId: "<imageId>", from: "other-image", missingId: "<missingId>" },
      { imageId: "<imageId>", from: "reappearance" },
      { imageId: "<imageId>", from: "selection" },
      { imageId: "<imageId>", from: "take-over" },
    ],
    repaired: [
      { imageId: "<imageId>", differences: ["<differences>"], end: "repaired" },
      { imageId: "<imageId>", differences: ["<differences>"], end: "report-only" },
      { imageId: "<imageId>", differences: ["<differences>"], end: "abandoned" },
    ],
  },
  "Lines of the commands": {
    "bad-object-url": ["form", "bucket", "key", "parameter", "region"].map((part) => ({ part })),
    "plan-legend": [{ signs: ["+", "~", "-", "=", "·", "!"] }],
    "plan-not-selected": [{ images: "<images>", policy: "<policy>", code: "<code>", codes: [["<code>", 3]] }],
    "no-such-copy": [{ value: "<value>", filter: "image" }],
    "nothing-to-retry": [{ value: "<value>", filter: "images" }],
  },
  Runs: {
    "log-failed": [{ cause: "<cause>" }],
    "still-asking": [
      { region: "<region>", ask: "quota", limit: "90s" },
      { region: "<region>", ask: "uses", limit: "90s" },
    ],
  },
  "The state": {
    "record-field": [{ record: "<record>", isHistory: false, field: "<field>", expected: "string" }],
  },
};
