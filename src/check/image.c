#include "check/image.h"

#include "io/json_doc.h"

bool image_variable(const struct image_facts *image, const char *name, struct str *ret_value)
{
    const json_t *env = json_list(image->config, "Env");
    bool found = false;
    for (size_t i = 0; env && i < json_array_size(env); i++) {
        struct str pair = json_value_text(json_array_get(env, i));
        size_t equals = str_index(pair, '=');
        if (equals == SIZE_MAX || !str_is(str_first(pair, equals), name))
            continue;
        *ret_value = str_from(pair, equals + 1);
        found = true;
    }
    return found;
}

void image_tell(struct check_sink *sink, const struct check *check, struct str evidence)
{
    check_add(sink, check, (struct check_place){0}, NULL, evidence);
}

static bool fits_any(const struct check *check, struct str path)
{
    for (const char *const *glob = check->files; *glob; glob++)
        if (str_glob(str_of(*glob), path))
            return true;
    return false;
}

/* Where files are told with the config: examples, and images whose files are not walked. */
static void look_at_files(const struct check *check, const struct image_facts *image,
                          struct check_sink *sink)
{
    const json_t *files = json_list(image->root, "files");
    for (size_t i = 0; files && i < json_array_size(files); i++) {
        struct str path = json_value_text(json_array_get(files, i));
        if (fits_any(check, path))
            image_tell(sink, check, path);
    }
}

int check_image(struct str text, struct str path, struct check_sink *sink, struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    int r = json_document(text, &root, err);
    if (r == 0 && !json_is_object(root))
        r = err_set(err, PL_E_FORMAT, "the image's config is no JSON object");
    if (r < 0)
        return err_prefix(err, "%.*s", STR_ARG(path));
    struct image_facts image = {
        .root = root,
        .config = json_member(root, "config"),
        .history = json_list(root, "history"),
        .name = json_text(root, "name"),
    };
    for (const struct check *check = checks; check->id; check++) {
        if (check->subject != CHECK_IMAGE || !check_wanted(sink->choice, check))
            continue;
        if (check->files)
            look_at_files(check, &image, sink);
        else
            check->run.image(check, &image, sink);
    }
    return 0;
}
