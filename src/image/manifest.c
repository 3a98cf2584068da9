#include "image/manifest.h"

#include <sys/utsname.h>

#include "base/buf.h"
#include "base/limits.h"
#include "io/json_doc.h"

static const char MEDIA_INDEX[] = "application/vnd.oci.image.index.v1+json";
static const char MEDIA_LIST[] = "application/vnd.docker.distribution.manifest.list.v2+json";

static void add_problem(struct image *image, const struct pl_err *problem)
{
    *VEC_ADD(&image->problems) = *problem;
}

/* Go's names of this machine, as platforms are written. */
static struct str machine_arch(void)
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

static struct str platform_text(struct arena *arena, const json_t *object)
{
    struct str os = json_text(object, "os"), arch = json_text(object, "architecture");
    struct str variant = json_text(object, "variant");
    if (os.len == 0 || arch.len == 0)
        return STR_NONE;
    return arena_printf(arena, "%.*s/%.*s%s%.*s", STR_ARG(os), STR_ARG(arch),
                        variant.len ? "/" : "", STR_ARG(variant));
}

/* "linux/arm64" asks for "linux/arm64/v8" as well, not the other way round. */
static bool platform_matches(struct str want, struct str have)
{
    return str_equal(want, have) || (str_starts(have, want) && have.data[want.len] == '/');
}

/* A document named by its digest; its bytes are held against it. */
static int read_by_digest(struct image *image, struct str digest, struct str *ret_bytes,
                          struct pl_err *err)
{
    if (!digest_is_valid(digest))
        return err_set(err, PL_E_FORMAT, "\"%.*s\" is no sha256 digest",
                       STR_ARG(str_first(digest, 100)));
    struct str name =
        arena_printf(&image->arena, "blobs/sha256/%.*s", STR_ARG(str_from(digest, 7)));
    int r = archive_read(image->archive, &image->arena, name, ret_bytes, err);
    if (r < 0)
        return r;
    char text[DIGEST_TEXT];
    sha256_of(*ret_bytes, text);
    if (!str_is(digest, text))
        return err_set(err, PL_E_DIGEST, "%.*s has other bytes: their digest is %s", STR_ARG(name),
                       text);
    return 0;
}

/* Diff IDs and history of the config, put to the layers in their order. */
static void apply_config(struct image *image, const json_t *config)
{
    struct pl_err problem;
    const json_t *ids = json_list(json_member(config, "rootfs"), "diff_ids");
    const json_t *history = json_list(config, "history");
    size_t count = ids ? json_array_size(ids) : 0;
    bool bad_told = false;
    image->platform = platform_text(&image->arena, config);
    if (count != image->layers.count) {
        err_set(&problem, PL_E_FORMAT,
                "the config names %zu layers, the manifest %zu: their digests cannot be checked",
                count, image->layers.count);
        add_problem(image, &problem);
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
        add_problem(image, &problem);
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

static int read_config(struct image *image, struct str bytes, const char *where, struct pl_err *err)
{
    AUTO_JSON *config = NULL;
    int r = json_document(bytes, &config, err);
    if (r < 0)
        return err_prefix(err, "%s", where);
    if (!json_is_object(config))
        return err_set(err, PL_E_FORMAT, "%s is no JSON object", where);
    apply_config(image, config);
    return 0;
}

/* Sizes of the layers, and a problem for each that is not there. */
static void measure_layers(struct image *image)
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

static int too_many_layers(size_t count, struct pl_err *err)
{
    return err_limit(err, LIMIT_NAME(LIMIT_LAYERS),
                     "the image has %zu layers, more than LIMIT_LAYERS (%llu)", count,
                     LIMIT_LAYERS);
}

/* ---- docker save ---- */

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
        add_problem(image, &problem);
    }
    return read_config(image, bytes, name.data, err);
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
        if (read_by_digest(image, digest, &bytes, &ignored) < 0 ||
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
        return too_many_layers(json_array_size(layers), err);
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
    measure_layers(image);
    r = read_docker_config(image, config, err);
    if (r < 0)
        return r;
    if (options->platform.len && !platform_matches(options->platform, image->platform))
        return err_set(err, PL_E_NOT_FOUND, "the archive holds %.*s, not %.*s",
                       STR_ARG(image->platform), STR_ARG(options->platform));
    find_docker_digest(image);
    return 0;
}

/* ---- OCI layout ---- */

struct choice {
    struct str digest;   /* of the manifest or index chosen */
    struct str platform; /* as the descriptor tells; empty: not told */
    bool is_index;
};

static bool is_index_type(struct str media_type)
{
    return str_is(media_type, MEDIA_INDEX) || str_is(media_type, MEDIA_LIST);
}

/* Attestations and signatures that ride in an index are no images. */
static bool is_image(const json_t *descriptor)
{
    struct str type =
        json_text(json_member(descriptor, "annotations"), "vnd.docker.reference.type");
    const json_t *platform = json_member(descriptor, "platform");
    return type.len == 0 && !str_equal(json_text(platform, "os"), STR("unknown")) &&
           json_text(descriptor, "artifactType").len == 0;
}

static struct str descriptor_tag(const json_t *descriptor)
{
    const json_t *annotations = json_member(descriptor, "annotations");
    struct str tag = json_text(annotations, "org.opencontainers.image.ref.name");
    return tag.len ? tag : json_text(annotations, "io.containerd.image.name");
}

static bool tag_matches(struct str have, struct str want)
{
    return str_equal(have, want) || (str_ends(have, want) && have.len > want.len &&
                                     have.data[have.len - want.len - 1] == ':');
}

enum { DIGEST_SHOWN = 7 + 12 };

static void list_choices(const json_t *manifests, struct buf *names)
{
    struct arena arena = {0};
    for (size_t i = 0; i < json_array_size(manifests) && names->len < 400; i++) {
        const json_t *descriptor = json_array_get(manifests, i);
        if (!is_image(descriptor))
            continue;
        struct str platform = platform_text(&arena, json_member(descriptor, "platform"));
        struct str tag = descriptor_tag(descriptor);
        if (tag.len == 0 && platform.len == 0)
            tag = str_first(json_text(descriptor, "digest"), DIGEST_SHOWN);
        buf_printf(names, "%s%.*s%s%.*s", names->len ? ", " : "", STR_ARG(tag),
                   tag.len && platform.len ? " " : "", STR_ARG(platform));
    }
    arena_free(&arena);
}

/* Chooses by tag, then by platform; several that are left over are an error that names them. */
static int choose_oci(struct image *image, const json_t *index, struct str select,
                      struct str platform, struct choice *ret_choice, struct pl_err *err)
{
    const json_t *manifests = json_list(index, "manifests"), *only = NULL, *fit = NULL;
    struct str machine = arena_printf(&image->arena, "linux/%.*s", STR_ARG(machine_arch()));
    struct str want = platform.len ? platform : machine;
    size_t candidates = 0, fits = 0;
    for (size_t i = 0; manifests && i < json_array_size(manifests); i++) {
        const json_t *descriptor = json_array_get(manifests, i);
        struct str tag = descriptor_tag(descriptor);
        if (!is_image(descriptor) || (select.len && !tag_matches(tag, select)))
            continue;
        candidates +=
            only == NULL || !str_equal(json_text(only, "digest"), json_text(descriptor, "digest"));
        only = descriptor;
        struct str have = platform_text(&image->arena, json_member(descriptor, "platform"));
        if (platform_matches(want, have)) {
            fits += fit == NULL ||
                    !str_equal(json_text(fit, "digest"), json_text(descriptor, "digest"));
            fit = fit ? fit : descriptor;
        }
    }
    const json_t *chosen = fits == 1 ? fit : candidates == 1 ? only : NULL;
    if (chosen && candidates == 1 && platform.len) {
        struct str have = platform_text(&image->arena, json_member(chosen, "platform"));
        if (have.len && !platform_matches(platform, have))
            chosen = NULL;
    }
    if (!chosen) {
        AUTO_BUF names = {0};
        list_choices(manifests, &names);
        if (candidates == 0 || fits == 0)
            return err_set(err, PL_E_NOT_FOUND,
                           "there is no image for %.*s%s%.*s here; there is: %.*s. Choose with "
                           "--platform OS/ARCH or oci:DIR:TAG",
                           STR_ARG(select.len ? select : want), select.len ? " on " : "",
                           STR_ARG(select.len ? want : STR_NONE), STR_ARG(buf_str(&names)));
        return err_set(err, PL_E_USAGE,
                       "the layout holds several images (%.*s); choose one with oci:DIR:TAG, "
                       "oci-archive:FILE:TAG or --platform OS/ARCH",
                       STR_ARG(buf_str(&names)));
    }
    *ret_choice = (struct choice){
        .digest = arena_str(&image->arena, json_text(chosen, "digest")),
        .platform = platform_text(&image->arena, json_member(chosen, "platform")),
        .is_index = is_index_type(json_text(chosen, "mediaType")),
    };
    struct str tag = descriptor_tag(chosen);
    if (tag.len)
        image->name = arena_str(&image->arena, tag);
    return 0;
}

static int read_oci_layers(struct image *image, const json_t *manifest, struct pl_err *err)
{
    const json_t *layers = json_list(manifest, "layers");
    if (!layers)
        return err_set(err, PL_E_FORMAT, "the manifest has no layers");
    if (json_array_size(layers) > LIMIT_LAYERS)
        return too_many_layers(json_array_size(layers), err);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *descriptor = json_array_get(layers, i);
        struct str digest = arena_str(&image->arena, json_text(descriptor, "digest"));
        if (!digest_is_valid(digest))
            return err_set(err, PL_E_FORMAT, "layer %zu has no valid sha256 digest", i + 1);
        *VEC_ADD(&image->layers) = (struct image_layer){
            .member =
                arena_printf(&image->arena, "blobs/sha256/%.*s", STR_ARG(str_from(digest, 7))),
            .digest = digest,
            .media_type = arena_str(&image->arena, json_text(descriptor, "mediaType")),
        };
    }
    measure_layers(image);
    return 0;
}

static int read_oci_manifest(struct image *image, const json_t *manifest, struct str platform,
                             struct pl_err *err)
{
    struct str bytes;
    int r = read_oci_layers(image, manifest, err);
    if (r < 0)
        return r;
    struct str config =
        arena_str(&image->arena, json_text(json_member(manifest, "config"), "digest"));
    image->image_id = config;
    r = read_by_digest(image, config, &bytes, err);
    if (r == 0)
        r = read_config(image, bytes, "config", err);
    if (r < 0) {
        /* The layers can be read without it; that their digests were not checked is told. */
        add_problem(image, err);
        image->platform = platform;
    }
    return 0;
}

int manifest_read_oci(struct image *image, struct str select, const struct image_options *options,
                      struct pl_err *err)
{
    struct str bytes, name = STR("index.json");
    struct choice choice = {.is_index = true};
    int r = archive_read(image->archive, &image->arena, name, &bytes, err);
    for (int depth = 0; r == 0; depth++) {
        AUTO_JSON *document = NULL;
        r = json_document(bytes, &document, err);
        if (r < 0)
            break;
        if (json_list(document, "manifests")) {
            if (depth > LIMIT_MANIFEST_DEPTH)
                return err_limit(err, LIMIT_NAME(LIMIT_MANIFEST_DEPTH),
                                 "indexes stand inside one another deeper than "
                                 "LIMIT_MANIFEST_DEPTH (%d)",
                                 LIMIT_MANIFEST_DEPTH);
            r = choose_oci(image, document, depth ? STR_NONE : select, options->platform, &choice,
                           err);
            if (r < 0)
                return r;
            name = choice.digest;
            image->digest = choice.digest;
            r = read_by_digest(image, choice.digest, &bytes, err);
            continue;
        }
        r = read_oci_manifest(image, document, choice.platform, err);
        if (r == 0 && options->platform.len && image->platform.len &&
            !platform_matches(options->platform, image->platform))
            r = err_set(err, PL_E_NOT_FOUND, "the layout holds %.*s, not %.*s",
                        STR_ARG(image->platform), STR_ARG(options->platform));
        return r < 0 ? err_prefix(err, "manifest %.*s", STR_ARG(name)) : 0;
    }
    return err_prefix(err, "%.*s", STR_ARG(name));
}
