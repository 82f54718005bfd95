// Bugs to plant in what concerns several installations on one account; see mutations.ts.

/** Each lets an installation change, delete or double what another one made. */
export const INSTALLATION_MUTATIONS = [
  {
    name: "change a copy of another installation",
    find: 'return { steps: steps.filter(({ call }) => !call || call.do === "send" || !isOthers(call.image)) };',
    replace: "return { steps: steps.filter(({ call }) => !call || call.do !== undefined || !isOthers(call.image)) };",
  },
  {
    name: "take the copies of other installations for copies of this one",
    find: "const best = existing.find(isOwn);",
    replace: "const [best] = existing;",
  },
  {
    name: "request again what another installation has",
    find: 'return other ? leaveToOther(other, copyCase, ctx) : "done";',
    replace: 'return other && ctx.settle < 0 ? leaveToOther(other, copyCase, ctx) : "done";',
  },
  {
    name: "record the copy of another installation as one's own",
    find: "const next = ready(base, image, { adopted: true, installation });",
    replace: "const next = ready(base, image);",
  },
  {
    name: "use the copy of another installation before it is finished",
    find: 'if (image.state === "NORMAL" && !hasToken) {',
    replace: 'if (image.state === "NORMAL" || !hasToken) {',
  },
  {
    name: "delete what a failed attempt of another installation left",
    find: "failed: marked.filter((image) => hasFailed(image) && isOwn(image)),",
    replace: "failed: marked.filter((image) => hasFailed(image) || (hasFailed(image) && isOwn(image))),",
  },
  {
    name: "tag every image again after an id was taken over",
    find: "return maker !== undefined && installations.includes(maker) ? maker : installations[0];",
    replace: 'return maker === "" && installations.includes(maker) ? maker : installations[0];',
  },
  {
    name: "say nothing of the copies that an empty state met",
    find: "{ ...before, metInstallations: makersIn(observation) }",
    replace: "{ ...before, metInstallations: makersIn(observation).slice(99) }",
  },
  {
    name: "ignore an id that the user gives to a state",
    find: "installations: [id, ...record.installations.filter((one) => one !== id)],",
    replace: "installations: record.installations,",
  },
] as const;
