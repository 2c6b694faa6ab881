import { z } from "zod";

const User = z.object({
	name: z.string().trim().min(2), mail: z.email(), age: z.number().int().positive().optional(), tags: z.array(z.enum(["a", "b"])).default([]),
	extra: z.record(z.string(), z.union([z.string(), z.number()])).optional(), when: z.coerce.date().optional(),
}).strict();
const Shape = z.discriminatedUnion("kind", [z.object({ kind: z.literal("circle"), r: z.number() }), z.object({ kind: z.literal("rect"), w: z.number(), h: z.number() })]);
const Tree = z.object({ v: z.number(), get kids() { return z.array(Tree); } });
const issues = (r) => r.success ? r.data : r.error.issues.map((i) => [i.path.join("."), i.code, i.message]);

export default async () => [
	issues(User.safeParse({ name: " Ada ", mail: "a@example.com", tags: ["a"], extra: { x: 1 } })),
	issues(User.safeParse({ name: "A", mail: "no", age: -1.5, tags: ["c"], extra: { x: true }, more: 1 })),
	issues(Shape.safeParse({ kind: "rect", w: 1 })), issues(Shape.safeParse({ kind: "line" })), issues(Tree.safeParse({ v: 1, kids: [{ v: "2", kids: [] }] })),
	issues(await z.string().refine(async (s) => s.length > 3, "too short").safeParseAsync("abc")), issues(z.string().transform((s) => s.length).pipe(z.number().max(2)).safeParse("four")),
	z.toJSONSchema(User.omit({ when: true })), issues(z.tuple([z.string(), z.number()]).rest(z.boolean()).safeParse(["a", 1, true, 2])), z.coerce.number().parse("42"),
	issues(z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })).safeParse({ a: "x", b: 1 })), issues(z.map(z.string(), z.number()).safeParse(new Map([["a", "b"]]))),
	User.partial().parse({}), z.iso.datetime().safeParse("2026-01-01T00:00:00Z").success, z.uuid().safeParse("x").success, (() => { try { z.never().parse(1); } catch (e) { return [e.name, e instanceof z.ZodError]; } })(),
];
