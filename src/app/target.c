#include "app/target.h"

#include <unistd.h>

#include "app/target_engine.h"
#include "app/target_registry.h"
#include "base/buf.h"
#include "registry/reference.h"

typedef int open_function(struct str rest, const struct target_options *options,
                          struct image **ret_image, struct pl_err *err);

/* The sources that a prefix names; the engines among them are what a bare reference is looked for
 * in, in this order. */
static const struct {
    const char *prefix;
    open_function *open;
    bool by_reference; /* a bare reference is looked for here */
} sources[] = {
    {"docker", target_open_docker, true},         {"podman", target_open_podman, true},
    {"containerd", target_open_containerd, true}, {"registry", target_open_registry, true},
    {"container", target_open_container, false},  {NULL, NULL, false},
};

static bool is_path(struct str target)
{
    AUTO_FREE char *name = str_dup(target);
    return access(name, F_OK) == 0;
}

/* What cannot be a reference, or looks like a path, was meant as a file. */
static bool may_be_reference(struct str target)
{
    struct arena arena = {0};
    struct reference reference;
    struct pl_err ignored;
    bool path = str_starts(target, STR("/")) || str_starts(target, STR(".")) ||
                str_ends(target, STR(".tar"));
    bool result = !path && reference_parse(target, &arena, &reference, &ignored) == 0;
    arena_free(&arena);
    return result;
}

static int open_reference(struct str target, const struct target_options *options,
                          struct image **ret_image, struct pl_err *err)
{
    struct target_options bare = *options;
    int r = -PL_E_NOT_FOUND;
    bare.bare = true;
    for (size_t i = 0; sources[i].prefix; i++) {
        if (!sources[i].by_reference)
            continue;
        r = sources[i].open(target, &bare, ret_image, err);
        if (r == 0 && options->chosen)
            options->chosen(options->context, sources[i].prefix, (*ret_image)->name);
        if (r != -PL_E_NOT_FOUND)
            return r;
    }
    return r;
}

int target_open(struct str target, const struct target_options *options, struct image **ret_image,
                struct pl_err *err)
{
    struct image_options image_options = {
        .platform = options->platform,
        .progress = options->progress,
    };
    for (size_t i = 0; sources[i].prefix; i++) {
        struct str prefix = str_of(sources[i].prefix);
        if (str_starts(target, prefix) && target.len > prefix.len && target.data[prefix.len] == ':')
            return sources[i].open(str_from(target, prefix.len + 1), options, ret_image, err);
    }
    if (image_is_prefixed(target) || is_path(target) || !may_be_reference(target))
        return image_open(target, &image_options, ret_image, err);
    return open_reference(target, options, ret_image, err);
}
