/* The archive of `docker save`: manifest.json, old layout and new. */
#include "base/buf.h"
#include "base/limits.h"
#include "image/manifest.h"
#include "image/manifest_internal.h"

static bool has_tag(const json_t *entry, struct str tag)
{
    const json_t *tags = json_list(entry, "RepoTags");
    for (size_t i = 0; tags && i < json_array_size(tags); i++) {
        const json_t *value = json_array_get(tags, i);
        if (!json_is_string(value))
            continue;
        struct str have = str_make(json_string_value(value), json_string_length(value));
        if (str_equal(have, tag) ||
            (str_ends(have, tag) && have.len > tag.len && have.data[have.len - tag.len - 1] == ':'))
            return true;
    }
    return false;
}

static struct str first_tag(const json_t *entry)
{
    const json_t *first = json_array_get(json_list(entry, "RepoTags"), 0);
    return json_is_string(first) ? str_make(json_string_value(first), json_string_length(first))
                                 : STR_NONE;
}

static int several_images(const json_t *root, struct pl_err *err)
{
    AUTO_BUF names = {0};
    for (size_t i = 0; i < json_array_size(root) && names.len < 400; i++) {
        struct str tag = first_tag(json_array_get(root, i));
        buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(tag.len ? tag : STR("<no tag>")));
    }
    return err_set(err, PL_E_USAGE,
                   "the archive holds %zu images (%.*s); choose one: docker-archive:FILE:TAG, or "
                   "docker-archive:FILE@0 for the first",
                   json_array_size(root), STR_ARG(buf_str(&names)));
}

static int choose_docker(const json_t *root, struct str select, const json_t **ret_entry,
                         struct pl_err *err)
{
    uint64_t index;
    if (!json_is_array(root) || json_array_size(root) == 0)
        return err_set(err, PL_E_FORMAT, "manifest.json names no image");
    if (select.len == 0 && json_array_size(root) > 1)
        return several_images(root, err);
    *ret_entry = json_array_get(root, 0);
    if (select.len == 0)
        return 0;
    if (select.data[0] == '@') {
        if (!str_to_u64(str_from(select, 1), &index) || index >= json_array_size(root))
            return err_set(err, PL_E_USAGE, "the archive has no image %.*s; it holds %zu",
                           STR_ARG(select), json_array_size(root));
        *ret_entry = json_array_get(root, (size_t)index);
        return 0;
    }
    for (size_t i = 0; i < json_array_size(root); i++)
        if (has_tag(json_array_get(root, i), select)) {
            *ret_entry = json_array_get(root, i);
            return 0;
        }
    return err_set(err, PL_E_NOT_FOUND, "the archive has no image with the tag \"%.*s\"",
                   STR_ARG(select));
}

/* The image ID is the config's digest, and its name says so in every layout: a name that is a
 * digest is held against the bytes. */
static int read_docker_config(struct image *image, struct str name, struct pl_err *err)
{
    struct str bytes;
    int r = archive_read(image->archive, &image->arena, name, &bytes, err);
    if (r < 0)
        return r;
    char text[DIGEST_TEXT];
    sha256_of(bytes, text);
    image->image_id = arena_str(&image->arena, str_of(text));
    size_t slash = str_last_index(name, '/');
    struct str claimed = slash == SIZE_MAX ? name : str_from(name, slash + 1);
    if (str_ends(claimed, STR(".json")))
        claimed.len -= 5;
    struct str full = arena_printf(&image->arena, "sha256:%.*s", STR_ARG(claimed));
    if (digest_is_valid(full) && !str_is(full, text)) {
        struct pl_err problem;
        err_set(&problem, PL_E_DIGEST, "the config %.*s has other bytes: their digest is %s",
                STR_ARG(name), text);
        manifest_problem(image, &problem);
    }
    return manifest_apply_config(image, bytes, name.data, err);
}

/* A newer archive also is an OCI layout: its index gives the manifest's digest. */
static void find_docker_digest(struct image *image)
{
    struct pl_err ignored;
    struct str bytes;
    AUTO_JSON *index = NULL;
    if (archive_read(image->archive, &image->arena, STR("index.json"), &bytes, &ignored) < 0 ||
        json_document(bytes, &index, &ignored) < 0)
        return;
    const json_t *manifests = json_list(index, "manifests");
    for (size_t i = 0; manifests && i < json_array_size(manifests) && i < 64; i++) {
        AUTO_JSON *manifest = NULL;
        struct str digest = json_text(json_array_get(manifests, i), "digest");
        if (archive_read_digest(image->archive, &image->arena, digest, true, &bytes, &ignored) <
                0 ||
            json_document(bytes, &manifest, &ignored) < 0)
            continue;
        if (!str_equal(json_text(json_member(manifest, "config"), "digest"), image->image_id))
            continue;
        image->digest = arena_str(&image->arena, digest);
        const json_t *layers = json_list(manifest, "layers");
        for (size_t k = 0; layers && k < image->layers.count && k < json_array_size(layers); k++)
            image->layers.items[k].digest =
                arena_str(&image->arena, json_text(json_array_get(layers, k), "digest"));
        return;
    }
}

int manifest_read_docker(struct image *image, struct str select,
                         const struct image_options *options, struct pl_err *err)
{
    struct str bytes;
    AUTO_JSON *root = NULL;
    const json_t *entry = NULL;
    int r = archive_read(image->archive, &image->arena, STR("manifest.json"), &bytes, err);
    if (r == 0)
        r = json_document(bytes, &root, err);
    if (r < 0)
        return err_prefix(err, "manifest.json");
    r = choose_docker(root, select, &entry, err);
    if (r < 0)
        return r;
    const json_t *layers = json_list(entry, "Layers");
    struct str config = arena_str(&image->arena, json_text(entry, "Config"));
    if (!layers || config.len == 0)
        return err_set(err, PL_E_FORMAT, "manifest.json has no Config or no Layers");
    if (json_array_size(layers) > LIMIT_LAYERS)
        return manifest_too_many_layers(json_array_size(layers), err);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *name = json_array_get(layers, i);
        if (!json_is_string(name))
            return err_set(err, PL_E_FORMAT, "manifest.json: layer %zu has no name", i + 1);
        *VEC_ADD(&image->layers) = (struct image_layer){
            .member = arena_str(&image->arena,
                                str_make(json_string_value(name), json_string_length(name)))};
    }
    if (first_tag(entry).len)
        image->name = arena_str(&image->arena, first_tag(entry));
    manifest_measure(image);
    r = read_docker_config(image, config, err);
    if (r < 0)
        return r;
    if (options->platform.len && !platform_matches(options->platform, image->platform))
        return err_set(err, PL_E_NOT_FOUND, "the archive holds %.*s, not %.*s",
                       STR_ARG(image->platform), STR_ARG(options->platform));
    find_docker_digest(image);
    return 0;
}
