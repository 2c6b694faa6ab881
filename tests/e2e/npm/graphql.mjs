import { buildSchema, graphql, GraphQLError, parse, print, printSchema, validate, visit } from "graphql";

const schema = buildSchema(`
	"""A thing"""
	type Thing { id: ID!, name(upper: Boolean = false): String, next: Thing }
	enum Colour { RED GREEN }
	union Any = Thing | Other
	type Other { n: Int! }
	type Query { thing(id: ID!): Thing, sum(a: [Int!]!): Int, any: [Any!]!, colour: Colour }
	type Mutation { rename(id: ID!, name: String!): Thing }
`);
class Thing {
	constructor(id, name) { this.id = id; this.text = name; this.__typename = "Thing"; }
	name({ upper }) { return upper ? this.text.toUpperCase() : this.text; }
	async next() { return new Thing(String(+this.id + 1), "next"); }
}
const root = {
	thing: ({ id }) => new Thing(id, "thing"),
	sum: ({ a }) => a.reduce((x, y) => x + y, 0),
	any: () => [new Thing("1", "one"), { __typename: "Other", n: 5 }],
	colour: () => "RED",
	rename({ id, name }) { if (name === "") throw new GraphQLError("empty"); return new Thing(id, name); },
};
const run = (source, variableValues) => graphql({ schema, rootValue: root, source, variableValues });

export default async () => [
	await run("query($id: ID!) { thing(id: $id) { id name(upper: true) next { id next { name } } } sum(a: [1, 2, 3]) colour }", { id: "4" }),
	await run("{ any { __typename ... on Thing { id } ... on Other { n } } }"),
	await run('mutation { a: rename(id: 1, name: "x") { name } b: rename(id: 1, name: "") { name } }'),
	await run("{ nothing thing }"),
	print(parse("{a(b:[1,{c:\"d\"}]) @include(if:true){...F}} fragment F on T{x}")),
	validate(schema, parse("{ thing(id: 1) }")).map((e) => [e.message, e.locations]),
	print(visit(parse("{ a b }"), { Field: (n) => ({ ...n, name: { ...n.name, value: n.name.value + "1" } }) })),
	printSchema(schema).length,
];
