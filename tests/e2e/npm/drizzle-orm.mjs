import { and, asc, count, desc, eq, gt, inArray, like, or, sql } from "drizzle-orm";
import { integer, QueryBuilder, sqliteTable, text, alias } from "drizzle-orm/sqlite-core";
import { pgTable, serial, varchar, QueryBuilder as PgBuilder } from "drizzle-orm/pg-core";

const users = sqliteTable("users", {
	id: integer("id").primaryKey({ autoIncrement: true }),
	name: text("full_name").notNull(),
	active: integer({ mode: "boolean" }).default(true),
});
const posts = sqliteTable("posts", {
	id: integer("id").primaryKey(),
	author: integer("author").references(() => users.id),
	title: text("title"),
});
const people = pgTable("people", { id: serial("id").primaryKey(), mail: varchar("mail", { length: 100 }) });

export default () => {
	const qb = new QueryBuilder();
	const boss = alias(users, "boss");
	return [
		qb.select().from(users).where(and(eq(users.id, 7), or(like(users.name, "A%"), gt(users.id, 3)))).toSQL(),
		qb.select({ who: users.name, n: count(posts.id) }).from(users).leftJoin(posts, eq(posts.author, users.id))
			.groupBy(users.id).orderBy(desc(sql`n`), asc(users.name)).limit(10).offset(5).toSQL(),
		qb.select({ a: users.name, b: boss.name }).from(users).innerJoin(boss, inArray(boss.id, [1, 2, 3])).toSQL(),
		new PgBuilder().select({ up: sql`upper(${people.mail})` }).from(people).where(eq(people.mail, "x@example.com")).toSQL(),
	];
};
