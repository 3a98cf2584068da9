/* OCI indexes and manifests, and Docker's of schema 2: image-spec v1.1, manifest.md and
 * image-index.md. */
#include "base/buf.h"
#include "base/limits.h"
#include "image/index.h"
#include "image/manifest.h"
#include "image/manifest_internal.h"
#include "image/toc_walk.h"

static const char MEDIA_INDEX[] = "application/vnd.oci.image.index.v1+json";
static const char MEDIA_LIST[] = "application/vnd.docker.distribution.manifest.list.v2+json";
static const char MEDIA_CONFIG[] = "application/vnd.oci.image.config.v1+json";
static const char MEDIA_DOCKER_CONFIG[] = "application/vnd.docker.container.image.v1+json";

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
        struct str platform = manifest_platform(&arena, json_member(descriptor, "platform"));
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
    struct str machine = arena_printf(&image->arena, "linux/%.*s", STR_ARG(manifest_machine()));
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
        struct str have = manifest_platform(&image->arena, json_member(descriptor, "platform"));
        if (platform_matches(want, have)) {
            fits += fit == NULL ||
                    !str_equal(json_text(fit, "digest"), json_text(descriptor, "digest"));
            fit = fit ? fit : descriptor;
        }
    }
    const json_t *chosen = fits == 1 ? fit : candidates == 1 ? only : NULL;
    if (chosen && candidates == 1 && platform.len) {
        struct str have = manifest_platform(&image->arena, json_member(chosen, "platform"));
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
        .platform = manifest_platform(&image->arena, json_member(chosen, "platform")),
        .is_index = is_index_type(json_text(chosen, "mediaType")),
    };
    struct str tag = descriptor_tag(chosen);
    if (tag.len)
        image->name = arena_str(&image->arena, tag);
    return 0;
}

/* Whether its layers are archives of files. Charts, signatures and other artifacts are no images.
 */
static int check_kind(const json_t *manifest, struct pl_err *err)
{
    struct str config = json_text(json_member(manifest, "config"), "mediaType");
    struct str artifact = json_text(manifest, "artifactType");
    struct str first = json_text(json_array_get(json_list(manifest, "layers"), 0), "mediaType");
    if (json_integer_value(json_object_get(manifest, "schemaVersion")) == 1 ||
        json_list(manifest, "fsLayers"))
        return err_set(
            err, PL_E_UNSUPPORTED,
            "the manifest is of Docker's schema 1, which was given up in 2017 and cannot be "
            "verified: push the image again with a current client");
    if (!json_list(manifest, "layers"))
        return err_set(err, PL_E_FORMAT, "the manifest has no layers");
    bool known = config.len == 0 || str_is(config, MEDIA_CONFIG) ||
                 str_is(config, MEDIA_DOCKER_CONFIG) || str_find(first, STR("tar")) != SIZE_MAX;
    if (known && artifact.len == 0)
        return 0;
    return err_set(err, PL_E_UNSUPPORTED, "this is no image of files but an artifact of type %.*s",
                   STR_ARG(str_first(artifact.len ? artifact : config, 200)));
}

static uint64_t descriptor_size(const json_t *descriptor)
{
    const json_t *size = json_object_get(descriptor, "size");
    return json_is_integer(size) && json_integer_value(size) >= 0
               ? (uint64_t)json_integer_value(size)
               : UINT64_MAX;
}

static int read_layers(struct image *image, const json_t *manifest, struct pl_err *err)
{
    const json_t *layers = json_list(manifest, "layers");
    if (json_array_size(layers) > LIMIT_LAYERS)
        return manifest_too_many_layers(json_array_size(layers), err);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *descriptor = json_array_get(layers, i);
        const json_t *url = json_array_get(json_list(descriptor, "urls"), 0);
        struct str digest = arena_str(&image->arena, json_text(descriptor, "digest"));
        if (!digest_is_valid(digest))
            return err_set(err, PL_E_FORMAT, "layer %zu has no valid sha256 digest", i + 1);
        *VEC_ADD(&image->layers) = (struct image_layer){
            .member =
                arena_printf(&image->arena, "blobs/sha256/%.*s", STR_ARG(str_from(digest, 7))),
            .digest = digest,
            .media_type = arena_str(&image->arena, json_text(descriptor, "mediaType")),
            .url = arena_str(&image->arena, json_value_text(url)),
            .size = descriptor_size(descriptor),
        };
        toc_note(image, &image->layers.items[i], json_member(descriptor, "annotations"));
    }
    if (!archive_is_remote(image->archive))
        manifest_measure(image);
    return 0;
}

static int read_manifest(struct image *image, const json_t *manifest, struct str platform,
                         struct pl_err *err)
{
    struct str bytes;
    int r = check_kind(manifest, err);
    if (r == 0)
        r = read_layers(image, manifest, err);
    if (r < 0)
        return r;
    struct str config =
        arena_str(&image->arena, json_text(json_member(manifest, "config"), "digest"));
    image->image_id = config;
    r = archive_read_digest(image->archive, &image->arena, config, false, &bytes, err);
    if (r == 0)
        r = manifest_apply_config(image, bytes, "config", err);
    if (r < 0) {
        /* The layers can be read without it; that their digests were not checked is told. */
        manifest_problem(image, err);
        image->platform = platform;
    }
    return 0;
}

/* Goes from an index (its bytes, or a manifest's at once) to one image. */
static int read_document(struct image *image, struct str bytes, struct str name, struct str select,
                         const struct image_options *options, struct pl_err *err)
{
    struct choice choice = {.is_index = true};
    int r = 0;
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
            if (image->top_digest.len == 0)
                image->top_digest = choice.digest;
            r = archive_read_digest(image->archive, &image->arena, choice.digest, true, &bytes,
                                    err);
            continue;
        }
        r = read_manifest(image, document, choice.platform, err);
        if (r == 0 && options->platform.len && image->platform.len &&
            !platform_matches(options->platform, image->platform))
            r = err_set(err, PL_E_NOT_FOUND, "the image is for %.*s, not %.*s",
                        STR_ARG(image->platform), STR_ARG(options->platform));
        return r < 0 ? err_prefix(err, "manifest %.*s", STR_ARG(name)) : 0;
    }
    return err_prefix(err, "%.*s", STR_ARG(name));
}

int manifest_read_oci(struct image *image, struct str select, const struct image_options *options,
                      struct pl_err *err)
{
    struct str bytes, name = STR("index.json");
    int r = archive_read(image->archive, &image->arena, name, &bytes, err);
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(name))
                 : read_document(image, bytes, name, select, options, err);
}

int manifest_read_digest(struct image *image, struct str digest,
                         const struct image_options *options, struct pl_err *err)
{
    struct str bytes;
    image->digest = image->top_digest = arena_str(&image->arena, digest);
    int r = archive_read_digest(image->archive, &image->arena, image->digest, true, &bytes, err);
    return r < 0 ? err_prefix(err, "manifest %.*s", STR_ARG(digest))
                 : read_document(image, bytes, image->digest, STR_NONE, options, err);
}

bool index_images(struct str document, const struct str *platform, struct arena *arena,
                  struct index_image **ret_images, size_t *ret_count)
{
    AUTO_JSON *index = NULL;
    struct pl_err ignored;
    if (json_document(document, &index, &ignored) < 0 || !json_list(index, "manifests"))
        return false;
    const json_t *manifests = json_list(index, "manifests");
    *ret_count = 0;
    *ret_images = ARENA_ARRAY(arena, struct index_image, json_array_size(manifests) + 1);
    for (size_t i = 0; i < json_array_size(manifests); i++) {
        const json_t *descriptor = json_array_get(manifests, i);
        struct index_image image = {
            .digest = arena_str(arena, json_text(descriptor, "digest")),
            .platform = manifest_platform(arena, json_member(descriptor, "platform")),
            .is_index = is_index_type(json_text(descriptor, "mediaType")),
        };
        if (is_image(descriptor) && digest_is_valid(image.digest) &&
            (!platform || !image.platform.len || platform_matches(*platform, image.platform)))
            (*ret_images)[(*ret_count)++] = image;
    }
    return true;
}

struct str index_own_platform(struct arena *arena)
{
    return arena_printf(arena, "linux/%.*s", STR_ARG(manifest_machine()));
}
