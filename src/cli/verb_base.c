/* The images that this machine knows as bases: a list beside the database. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/bases.h"
#include "app/target.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "cli/engine_args.h"
#include "cli/paths.h"
#include "cli/registry_args.h"
#include "cli/ui.h"
#include "io/out.h"
#include "io/tempfile.h"
#include "io/whole_file.h"

static int read_list(struct arena *arena, const struct args *args, const char **ret_path,
                     struct buf *ret_text, struct pl_err *err)
{
    struct str path = paths_bases(arena, args);
    *ret_path = path.data;
    if (access(path.data, F_OK) != 0)
        return 0;
    return whole_file_read(path.data, LIMIT_DECISIONS, LIMIT_NAME(LIMIT_DECISIONS), ret_text, err);
}

/* The folders above it are made. */
static int write_list(const char *path, struct str text, struct pl_err *err)
{
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    AUTO_FREE char *folder = str_dup(str_of(path));
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(folder, 0755) < 0 && errno != EEXIST)
            return err_errno(err, errno, "cannot make the folder %s", folder);
        *slash = '/';
    }
    int r = tempfile_create(path, &file, err);
    if (r == 0)
        r = tempfile_write(file.fd, text, err);
    return r < 0 ? r : tempfile_commit(&file, err);
}

static struct str name_of(struct str line)
{
    return str_trim(str_from(line, str_index(line, ' ')));
}

/* Adds the lines of `text` but those of one name. */
static size_t copy_others(struct buf *out, struct str text, struct str name)
{
    struct str line;
    size_t left_out = 0;
    while (str_cut(&text, '\n', &line)) {
        if (line.len == 0)
            continue;
        if (str_equal(name_of(line), name)) {
            left_out++;
            continue;
        }
        buf_add(out, line);
        buf_putc(out, '\n');
    }
    return left_out;
}

static int add(struct arena *arena, const struct args *args, struct pl_err *err)
{
    const char *path = NULL, *given = args_get(args, "name");
    AUTO_BUF text = {0};
    if (args->words.count == 0)
        return err_set(err, PL_E_USAGE, "an image is needed; see: plimsoll base add --help");
    if (given && args->words.count > 1)
        return err_set(err, PL_E_USAGE, "--name is for one image");
    struct registry_options registry;
    struct engine_options engines;
    struct target_options options = {.registry = &registry,
                                     .engines = &engines,
                                     .platform = str_of(args_get(args, "platform")),
                                     .offline = args_has(args, "offline")};
    int r = registry_args_parse(args, arena, &registry, err);
    if (r == 0)
        r = engine_args_parse(args, &engines, err);
    if (r == 0)
        r = read_list(arena, args, &path, &text, err);
    for (size_t i = 0; i < args->words.count && r == 0; i++) {
        struct str line;
        AUTO_BUF others = {0};
        r = bases_line(str_of(args->words.items[i]), str_of(given), &options, arena, &line, err);
        if (r < 0)
            break;
        copy_others(&others, buf_str(&text), name_of(str_trim(line)));
        buf_add(&others, line);
        text.len = 0;
        buf_add(&text, buf_str(&others));
    }
    return r < 0 ? r : write_list(path, buf_str(&text), err);
}

static int remove_names(struct arena *arena, const struct args *args, struct pl_err *err)
{
    const char *path;
    AUTO_BUF text = {0};
    if (args->words.count == 0)
        return err_set(err, PL_E_USAGE, "a name is needed; see: plimsoll base list");
    int r = read_list(arena, args, &path, &text, err);
    for (size_t i = 0; i < args->words.count && r == 0; i++) {
        AUTO_BUF others = {0};
        const char *name = args->words.items[i];
        if (copy_others(&others, buf_str(&text), str_of(name)) == 0)
            r = err_set(err, PL_E_USAGE, "no image is known as %s; see: plimsoll base list", name);
        text.len = 0;
        buf_add(&text, buf_str(&others));
    }
    return r < 0 ? r : write_list(path, buf_str(&text), err);
}

static int list(struct arena *arena, const struct args *args, struct pl_err *err)
{
    const char *path;
    AUTO_BUF text = {0};
    struct out out;
    int r = read_list(arena, args, &path, &text, err);
    if (r < 0)
        return r;
    out_init(&out, STDOUT_FILENO);
    out_add(&out, buf_str(&text));
    return out_close(&out, err);
}

static int run(const struct args *args,
               int (*work)(struct arena *arena, const struct args *args, struct pl_err *err))
{
    struct arena arena = {0};
    struct pl_err err;
    int r = work(&arena, args, &err);
    arena_free(&arena);
    return r < 0 ? ui_fail(&err) : EXIT_DONE;
}

static int add_run(const struct args *args)
{
    return run(args, add);
}

static int remove_run(const struct args *args)
{
    return run(args, remove_names);
}

static int list_bases_run(const struct args *args)
{
    return run(args, list);
}

static const char details[] =
    N_("A scan tells which layers are those of the image that another one was built on, by the "
       "chain IDs of images that are known: those of this list, of a list that --base names, and "
       "of Docker and Podman on this machine. docs/base-image.md");

#define LIST_OPTION                                                                                \
    {                                                                                              \
        "list", "FILE", N_("the list; by default \"bases\" in plimsoll's data folder")             \
    }

static const struct option add_options[] = {
    LIST_OPTION,
    {"name", "NAME", N_("what to call it; by default its tag")},
    {"platform", "OS/ARCH[/VARIANT]",
     N_("which image of an index of several platforms; by default this machine's")},
    {"offline", NULL, N_("never use the network: only what is on this machine is examined")},
    REGISTRY_OPTIONS,
    ENGINE_OPTIONS,
    {NULL, NULL, NULL},
};
static const struct option list_options[] = {LIST_OPTION, {NULL, NULL, NULL}};

const struct verb verb_base_add = {
    .name = "base add",
    .arguments = "TARGET...",
    .help = N_("learns images as bases of others"),
    .details = details,
    .options = add_options,
    .examples = {"plimsoll base add debian-12.tar", "plimsoll base add debian:12",
                 "plimsoll base add --name golden/java:17 oci:layout"},
    .run = add_run,
};

const struct verb verb_base_list = {
    .name = "base list",
    .arguments = "",
    .help = N_("the images that are known as bases: chain ID and name"),
    .details = details,
    .options = list_options,
    .examples = {"plimsoll base list", "plimsoll base list --list team.bases"},
    .run = list_bases_run,
};

const struct verb verb_base_remove = {
    .name = "base remove",
    .arguments = "NAME...",
    .help = N_("forgets images as bases"),
    .details = details,
    .options = list_options,
    .examples = {"plimsoll base remove debian:12", "plimsoll base remove golden/java:17"},
    .run = remove_run,
};
