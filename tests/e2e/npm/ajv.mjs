// ajv compiles schemas with new Function, which a worker may only do when it
// starts: the validators are made at the top level.
import Ajv from "ajv";

const ajv = new Ajv({ allErrors: true });
const validate = ajv.compile({
	type: "object",
	properties: {
		name: { type: "string", minLength: 2 },
		age: { type: "integer", minimum: 0 },
		tags: { type: "array", items: { enum: ["a", "b"] }, uniqueItems: true },
	},
	required: ["name"],
	additionalProperties: false,
});

export default () => [
	{ name: "Ada", age: 36, tags: ["a", "b"] },
	{ name: "A", age: -1.5 },
	{ tags: ["a", "a", "c"], more: 1 },
].map((v) => [validate(v), (validate.errors ?? []).map((e) => `${e.instancePath} ${e.keyword}: ${e.message}`)]);
