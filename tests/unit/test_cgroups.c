/*
 * supervisor/cgroups against a tree of plain files: what is taken over, what
 * is left alone, what is written where. What the kernel makes of it is
 * tests/sandbox, on a machine that has them.
 */
#include "config.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "supervisor/cgroups.h"

#define PID 4711

struct tree {
	char dir[64];
	struct cgroups_options o;
	char mountinfo[128];
	char groups[128];
};

static void
put(const char *dir, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(path);
}

/* The text of DIR/NAME up to its first newline, owned; "" where there is none.
 */
static char *
get(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	char text[256] = "";
	FILE *f = fopen(path, "r");

	if (f != NULL) {
		if (fgets(text, sizeof text, f) == NULL)
			text[0] = '\0';
		fclose(f);
	}
	text[strcspn(text, "\n")] = '\0';
	free(path);
	return xstrdup(text);
}

static void
check_file(const char *dir, const char *name, const char *want)
{
	char *text = get(dir, name);

	assert_string_equal(text, want);
	free(text);
}

static void
make_tree(struct tree *t, const char *mountinfo, const char *own)
{
	char *text;

	snprintf(t->dir, sizeof t->dir, "/tmp/eider-cgroups-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->mountinfo, sizeof t->mountinfo, "%s/mountinfo", t->dir);
	snprintf(t->groups, sizeof t->groups, "%s/groups", t->dir);
	/* "@" stands for the directory. */
	text = strdup("");
	for (const char *s = mountinfo; *s != '\0'; s++) {
		char *more = *s == '@' ? xasprintf("%s%s", text, t->dir)
				       : xasprintf("%s%c", text, *s);

		free(text);
		text = more;
	}
	put(t->dir, "mountinfo", text);
	put(t->dir, "groups", own);
	free(text);
	memset(&t->o, 0, sizeof t->o);
	t->o.mountinfo = t->mountinfo;
	t->o.own_groups = t->groups;
	t->o.pid = PID;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void
remove_tree(struct tree *t)
{
	assert_int_equal(nftw(t->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void
make_group(const char *dir, const char *controllers, const char *procs,
    bool is_root)
{
	assert_int_equal(mkdir(dir, 0755) == 0 || access(dir, F_OK) == 0, 1);
	put(dir, "cgroup.controllers", controllers);
	put(dir, "cgroup.procs", procs);
	put(dir, "cgroup.subtree_control", "");
	if (!is_root)
		put(dir, "cgroup.type", "domain\n");
}

#define MOUNT "30 20 0:25 / @/fs rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"

static const struct {
	const char *name;
	const char *mountinfo;
	const char *own;
	const char *group; /* below the mount */
	const char *controllers;
	const char *procs;
	const char *why; /* part of the reason; NULL: taken over */
} finds[] = {
    {"delegated service", MOUNT, "0::/x\n", "x", "cpu memory pids\n", "4711\n",
	NULL},
    {"after lines of version 1", MOUNT, "9:pids:/\n1:cpu:/y\n0::/x\n", "x",
	"memory pids\n", "4711\n", NULL},
    {"bind mount of a part",
	"30 20 0:25 /docker/1 @/fs rw - cgroup2 cgroup rw\n",
	"0::/docker/1/x\n", "x", "memory pids\n", "4711\n", NULL},
    {"mount point with a space",
	"30 20 0:25 / @/f\\040s rw - cgroup2 cgroup rw\n", "0::/x\n", "x",
	"memory pids\n", "4711\n", NULL},
    {"no version 2", "30 20 0:25 / @/fs rw - cgroup cgroup rw,cpu\n", "0::/x\n",
	"x", "memory pids\n", "4711\n", "no cgroups of version 2"},
    {"no group of version 2", MOUNT, "5:pids:/x\n", "x", "memory pids\n",
	"4711\n", "no cgroups of version 2"},
    {"hybrid hierarchy without controllers", MOUNT, "0::/x\n", "x", "hugetlb\n",
	"4711\n", "no memory and pids controllers"},
    {"only a longer word", MOUNT, "0::/x\n", "x", "memory_pids pids\n",
	"4711\n", "no memory and pids controllers"},
    {"others run there", MOUNT, "0::/x\n", "x", "memory pids\n", "4711\n4712\n",
	"others run in cgroup"},
    {"not delegated by systemd", MOUNT, "0::/eider.service\n", "eider.service",
	"memory pids\n", "4711\n", "set Delegate=yes"},
    {"outside of the mount",
	"30 20 0:25 /docker/1 @/fs rw - cgroup2 cgroup rw\n",
	"0::/docker/12/x\n", "x", "memory pids\n", "4711\n", "not below"},
    {"above the namespace", MOUNT, "0::/../x\n", "x", "memory pids\n", "4711\n",
	"not below"},
    {"directory is not there", MOUNT, "0::/y\n", "x", "memory pids\n", "4711\n",
	"cannot open cgroup"},
};

static void
test_finding(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEMS(finds); i++) {
		struct tree t;
		struct cgroups *cg = NULL;
		char why[256] = "";
		char *fs, *dir;
		int r;

		make_tree(&t, finds[i].mountinfo, finds[i].own);
		fs = xasprintf("%s/%s", t.dir,
		    strstr(finds[i].mountinfo, "\\040") != NULL ? "f s" : "fs");
		dir = xasprintf("%s/%s", fs, finds[i].group);
		assert_int_equal(mkdir(fs, 0755), 0);
		make_group(dir, finds[i].controllers, finds[i].procs, false);
		r = cgroups_open(&t.o, &cg, why, sizeof why);
		if ((r == 0) != (finds[i].why == NULL) ||
		    (r != 0 && strstr(why, finds[i].why) == NULL))
			fail_msg("%s: %d, %s", finds[i].name, r, why);
		if (r == 0) {
			assert_string_equal(cgroups_path(cg), dir);
			check_file(dir, "supervisor/cgroup.procs", "4711");
			check_file(dir, "cgroup.subtree_control",
			    strstr(finds[i].controllers, "cpu") != NULL
				? "+memory +pids +cpu"
				: "+memory +pids");
		} else {
			/* what is not ours is not touched */
			check_file(dir, "cgroup.subtree_control", "");
			assert_int_equal(r, ERR_NOENT);
		}
		cgroups_free(&cg);
		remove_tree(&t);
		free(fs);
		free(dir);
	}
}

/* A base in a tree as of a delegated service. */
static struct cgroups *
open_base(struct tree *t, char **base_out)
{
	struct cgroups *cg = NULL;
	char why[256];
	char *fs;

	make_tree(t, MOUNT, "0::/x\n");
	fs = xasprintf("%s/fs", t->dir);
	*base_out = xasprintf("%s/x", fs);
	assert_int_equal(mkdir(fs, 0755), 0);
	make_group(*base_out, "cpu memory pids\n", "4711\n", false);
	assert_int_equal(cgroups_open(&t->o, &cg, why, sizeof why), 0);
	free(fs);
	return cg;
}

static void
test_groups(void **state)
{
	static const struct cgroup_limits tenant_limits = {
	    .memory_bytes = 1u << 30, .cpu_percent = 150, .cpu_weight = 200};
	static const struct cgroup_limits worker_limits = {
	    .memory_bytes = 1u << 20, .pids = 2};
	struct cgroup_usage usage;
	struct cgroup *tenant = NULL, *worker = NULL;
	struct tree t;
	char *base, *dir;
	struct cgroups *cg = open_base(&t, &base);

	(void)state;
	assert_int_equal(cgroup_new(cg, NULL, "a.b/c", true, &tenant_limits,
			     &tenant),
	    0);
	assert_int_equal(cgroup_new(cg, tenant, "w", false, &worker_limits,
			     &worker),
	    0);
	dir = xasprintf("%s/t0-a_b_c", base);
	check_file(dir, "memory.max", "1073741824");
	check_file(dir, "memory.swap.max", "0");
	check_file(dir, "pids.max", "max");
	check_file(dir, "cpu.max", "150000 100000");
	check_file(dir, "cpu.weight", "200");
	check_file(dir, "cgroup.subtree_control", "+memory +pids +cpu");
	check_file(dir, "w-1/memory.max", "1048576");
	check_file(dir, "w-1/pids.max", "2");
	check_file(dir, "w-1/memory.oom.group", "1");
	check_file(dir, "w-1/cpu.max", "");
	check_file(dir, "w-1/cgroup.subtree_control", "");

	assert_int_equal(cgroup_adopt(worker, 4712), 0);
	check_file(dir, "w-1/cgroup.procs", "4712");
	assert_true(cgroup_fd(worker) >= 0);

	put(dir, "w-1/memory.current", "12345\n");
	put(dir, "w-1/cpu.stat", "nr_periods 0\nusage_usec 777\nuser_usec 1\n");
	put(dir, "w-1/memory.events",
	    "low 0\noom 9\noom_kill 1\noom_group_kill 5\n");
	cgroup_read(worker, &usage);
	assert_int_equal(usage.memory_bytes, 12345);
	assert_int_equal(usage.cpu_us, 777);
	assert_int_equal(usage.noom_kills, 1);
	cgroup_read(tenant, &usage);
	assert_int_equal(usage.noom_kills, 0);

	cgroup_free(&worker);
	check_file(dir, "w-1/cgroup.kill", "1");
	assert_null(worker);
	cgroup_free(&tenant);
	cgroups_free(&cg);
	check_file(base, "cgroup.subtree_control", "-memory -pids -cpu");
	check_file(base, "cgroup.procs", "4711");
	remove_tree(&t);
	free(base);
	free(dir);
}

/* A directory that cannot be removed yet is, as soon as it can. */
static void
test_sweep(void **state)
{
	static const struct cgroup_limits none;
	struct cgroup *tenant = NULL;
	struct tree t;
	char *base, *dir, *file;
	struct cgroups *cg = open_base(&t, &base);
	static const char *const files[] = {
	    "memory.max", "pids.max", "cgroup.subtree_control", "cgroup.kill"};

	(void)state;
	assert_int_equal(cgroup_new(cg, NULL, "x", true, &none, &tenant), 0);
	dir = xasprintf("%s/t0-x", base);
	cgroup_free(&tenant);
	cgroups_sweep(cg);
	assert_int_equal(access(dir, F_OK), 0);
	for (size_t i = 0; i < NELEMS(files); i++) {
		file = xasprintf("%s/%s", dir, files[i]);
		assert_int_equal(unlink(file), 0);
		free(file);
	}
	cgroups_sweep(cg);
	assert_int_equal(access(dir, F_OK), -1);
	cgroups_free(&cg);
	remove_tree(&t);
	free(base);
	free(dir);
}

/* What an earlier supervisor left behind ends and goes; other groups stay. */
static void
test_leftovers(void **state)
{
	static const char *const dirs[] = {"x", "x/t3-old", "x/t3-old/w-7",
	    "x/t4-empty", "x/theirs", "x/t4-empty/w-1"};
	struct cgroups *cg = NULL;
	struct tree t;
	char why[256], *fs, *path;

	(void)state;
	make_tree(&t, MOUNT, "0::/x\n");
	fs = xasprintf("%s/fs", t.dir);
	assert_int_equal(mkdir(fs, 0755), 0);
	for (size_t i = 0; i < NELEMS(dirs); i++) {
		path = xasprintf("%s/%s", fs, dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
		free(path);
	}
	path = xasprintf("%s/x", fs);
	make_group(path, "memory pids\n", "4711\n", false);
	assert_int_equal(cgroups_open(&t.o, &cg, why, sizeof why), 0);
	check_file(path, "t3-old/w-7/cgroup.kill", "1");
	check_file(path, "t4-empty/cgroup.kill", "1");
	check_file(path, "theirs/cgroup.kill", "");
	cgroups_free(&cg);
	remove_tree(&t);
	free(path);
	free(fs);
}

/* Where another server has the group, its groups are none of ours. */
static void
test_other_server(void **state)
{
	struct cgroups *cg = NULL, *second = NULL;
	struct cgroup *tenant = NULL;
	static const struct cgroup_limits none;
	struct tree t;
	char why[256], *base;

	(void)state;
	cg = open_base(&t, &base);
	assert_int_equal(cgroup_new(cg, NULL, "x", true, &none, &tenant), 0);
	assert_int_equal(cgroups_open(&t.o, &second, why, sizeof why),
	    ERR_NOENT);
	assert_non_null(strstr(why, "another Eider"));
	check_file(base, "t0-x/cgroup.kill", "");
	check_file(base, "supervisor/cgroup.kill", "");
	cgroup_free(&tenant);
	cgroups_free(&cg);
	/* it has ended */
	assert_int_equal(cgroups_open(&t.o, &second, why, sizeof why), 0);
	check_file(base, "t0-x/cgroup.kill", "1");
	cgroups_free(&second);
	remove_tree(&t);
	free(base);
}

static struct cgroups *
open_root(const struct tree *t)
{
	struct cgroups *cg = NULL;
	char why[256] = "";

	if (cgroups_open(&t->o, &cg, why, sizeof why) != 0)
		fail_msg("%s", why);
	return cg;
}

/* The root of a hierarchy that nobody divides: a base of our own in it. */
static void
test_root(void **state)
{
	struct cgroups *cg, *second;
	struct tree t;
	char *fs, *own;
	const char *name;

	(void)state;
	make_tree(&t, MOUNT, "0::/\n");
	fs = xasprintf("%s/fs", t.dir);
	make_group(fs, "cpu memory pids\n", "1\n2\n4711\n", true);
	cg = open_root(&t);
	own = xstrdup(cgroups_path(cg));
	assert_memory_equal(own, fs, strlen(fs));
	name = own + strlen(fs);
	assert_memory_equal(name, "/eider-", 7);
	assert_int_equal(strlen(name + 7), 16);
	check_file(fs, "cgroup.subtree_control", "+memory +pids +cpu");
	check_file(own, "cgroup.subtree_control", "+memory +pids +cpu");
	check_file(own, "supervisor/cgroup.procs", "4711");
	/* One of the same process id, as in another pid namespace. */
	second = open_root(&t);
	assert_string_not_equal(cgroups_path(second), own);
	check_file(own, "cgroup.kill", "");
	check_file(own, "supervisor/cgroup.kill", "");
	cgroups_free(&second);
	cgroups_free(&cg);
	check_file(fs, "cgroup.procs", "4711");
	remove_tree(&t);
	free(fs);
	free(own);
}

/* What is removed from the root: groups of servers that have ended. */
static void
test_root_leftovers(void **state)
{
	static const struct {
		const char *name;
		bool is_killed;
	} dirs[] = {
	    {"eider-0123456789abcdef", true},
	    {"eider-0123456789abcde", false},
	    {"eider-0123456789abcdef0", false},
	    {"eider-0123456789ABCDEF", false},
	    {"eider-4712", false},
	    {"eider.service", false},
	    {"t0-x", false},
	    {"supervisor", false},
	};
	struct cgroups *cg;
	struct tree t;
	char *fs, *path;

	(void)state;
	make_tree(&t, MOUNT, "0::/\n");
	fs = xasprintf("%s/fs", t.dir);
	make_group(fs, "cpu memory pids\n", "1\n2\n4711\n", true);
	for (size_t i = 0; i < NELEMS(dirs); i++) {
		path = xasprintf("%s/%s", fs, dirs[i].name);
		assert_int_equal(mkdir(path, 0755), 0);
		free(path);
		path = xasprintf("%s/%s/t0-x", fs, dirs[i].name);
		assert_int_equal(mkdir(path, 0755), 0);
		free(path);
	}
	cg = open_root(&t);
	for (size_t i = 0; i < NELEMS(dirs); i++) {
		path = xasprintf("%s/%s", fs, dirs[i].name);
		check_file(path, "cgroup.kill", dirs[i].is_killed ? "1" : "");
		check_file(path, "t0-x/cgroup.kill",
		    dirs[i].is_killed ? "1" : "");
		free(path);
	}
	cgroups_free(&cg);
	remove_tree(&t);
	free(fs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_finding),
	    cmocka_unit_test(test_groups),
	    cmocka_unit_test(test_sweep),
	    cmocka_unit_test(test_leftovers),
	    cmocka_unit_test(test_other_server),
	    cmocka_unit_test(test_root),
	    cmocka_unit_test(test_root_leftovers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
