// The planner to compare with: this one, unless `main.ts` puts that of another checkout in its place.
export { makePlan } from "../../lib/plan/plan.ts";
