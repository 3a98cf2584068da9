#include "image/manifest.h"

#include <sys/utsname.h>

#include "base/limits.h"
#include "image/manifest_internal.h"

void manifest_problem(struct image *image, const struct pl_err *problem)
{
    *VEC_ADD(&image->problems) = *problem;
}

struct str manifest_machine(void)
{
    static const struct {
        const char *machine, *arch;
    } known[] = {
        {"x86_64", "amd64"},    {"aarch64", "arm64"}, {"armv7l", "arm"},      {"i686", "386"},
        {"ppc64le", "ppc64le"}, {"s390x", "s390x"},   {"riscv64", "riscv64"}, {"i386", "386"},
    };
    static struct utsname name;
    if (uname(&name) == 0)
        for (size_t i = 0; i < ARRAY_LEN(known); i++)
            if (strcmp(name.machine, known[i].machine) == 0)
                return str_of(known[i].arch);
    return STR("amd64");
}

struct str manifest_platform(struct arena *arena, const json_t *object)
{
    struct str os = json_text(object, "os"), arch = json_text(object, "architecture");
    struct str variant = json_text(object, "variant");
    if (os.len == 0 || arch.len == 0)
        return STR_NONE;
    return arena_printf(arena, "%.*s/%.*s%s%.*s", STR_ARG(os), STR_ARG(arch),
                        variant.len ? "/" : "", STR_ARG(variant));
}

bool platform_matches(struct str want, struct str have)
{
    return str_equal(want, have) || (str_starts(have, want) && have.data[want.len] == '/');
}

/* Diff IDs and history of the config, put to the layers in their order. */
static void apply_config(struct image *image, const json_t *config)
{
    struct pl_err problem;
    const json_t *ids = json_list(json_member(config, "rootfs"), "diff_ids");
    const json_t *history = json_list(config, "history");
    size_t count = ids ? json_array_size(ids) : 0;
    bool bad_told = false;
    image->platform = manifest_platform(&image->arena, config);
    if (count != image->layers.count) {
        err_set(&problem, PL_E_FORMAT,
                "the config names %zu layers, the manifest %zu: their digests cannot be checked",
                count, image->layers.count);
        manifest_problem(image, &problem);
    }
    for (size_t i = 0; i < image->layers.count && i < count; i++) {
        const json_t *id = json_array_get(ids, i);
        struct str text =
            json_is_string(id) ? str_make(json_string_value(id), json_string_length(id)) : STR_NONE;
        image->layers.items[i].diff_id = arena_str(&image->arena, text);
        if (digest_is_valid(text) || bad_told)
            continue;
        bad_told = true;
        err_set(
            &problem, PL_E_FORMAT,
            "the config's diff ID of layer %zu is no sha256 digest: the layer cannot be checked",
            i + 1);
        manifest_problem(image, &problem);
    }
    size_t layer = 0;
    for (size_t i = 0; history && i < json_array_size(history); i++) {
        const json_t *step = json_array_get(history, i);
        if (json_is_true(json_object_get(step, "empty_layer")))
            continue;
        if (layer == image->layers.count)
            break;
        image->layers.items[layer++].created_by =
            arena_str(&image->arena, json_text(step, "created_by"));
    }
}

int manifest_apply_config(struct image *image, struct str bytes, const char *where,
                          struct pl_err *err)
{
    AUTO_JSON *config = NULL;
    int r = json_document(bytes, &config, err);
    if (r < 0)
        return err_prefix(err, "%s", where);
    if (!json_is_object(config))
        return err_set(err, PL_E_FORMAT, "%s is no JSON object", where);
    image->config = arena_str(&image->arena, bytes);
    apply_config(image, config);
    return 0;
}

void manifest_measure(struct image *image)
{
    for (size_t i = 0; i < image->layers.count; i++) {
        struct image_layer *layer = &image->layers.items[i];
        struct blob blob;
        struct pl_err ignored;
        layer->size = UINT64_MAX;
        if (archive_find(image->archive, layer->member, &blob, &ignored) == 0) {
            layer->size = blob.length;
            blob_close(&blob);
        }
    }
}

int manifest_too_many_layers(size_t count, struct pl_err *err)
{
    return err_limit(err, LIMIT_NAME(LIMIT_LAYERS),
                     "the image has %zu layers, more than LIMIT_LAYERS (%llu)", count,
                     LIMIT_LAYERS);
}
