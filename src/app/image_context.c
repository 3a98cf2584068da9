#include "app/image_context.h"

#include "base/path.h"
#include "io/json_doc.h"

/* The last PATH of the environment counts. */
static struct str search_path(const json_t *config)
{
    static const struct str name = {"PATH=", 5};
    const json_t *env = json_list(json_member(config, "config"), "Env");
    struct str path = STR_NONE;
    for (size_t i = 0; env && i < json_array_size(env); i++) {
        struct str pair = json_value_text(json_array_get(env, i));
        if (str_starts(pair, name))
            path = str_from(pair, name.len);
    }
    return path;
}

/* Relative ones are what image-path-unsafe tells. */
static const char *const *folders_of(struct arena *arena, struct str path)
{
    enum { MOST = 64 };
    const char **folders = ARENA_ARRAY(arena, const char *, MOST + 1);
    size_t count = 0;
    struct str folder;
    AUTO_BUF clean = {0};
    while (count < MOST && path.len && str_cut(&path, ':', &folder)) {
        bool escapes;
        struct str inside = path_clean(folder, &clean, &escapes);
        if (str_starts(folder, STR("/")) && inside.len && !escapes)
            folders[count++] = arena_printf(arena, "%.*s", STR_ARG(inside)).data;
    }
    folders[count] = NULL;
    return folders;
}

void image_context_make(struct image_context *context, const struct inspectors *inspectors,
                        struct image *image)
{
    AUTO_JSON *config = NULL;
    struct pl_err ignored; /* opening the image has told it */
    context->inspectors = *inspectors;
    context->permission.path = NULL;
    if (image->config.len && json_document(image->config, &config, &ignored) == 0)
        context->permission.path = folders_of(&image->arena, search_path(config));
    for (size_t i = 0; i < context->inspectors.count; i++)
        if (context->inspectors.items[i].class == &permission_inspector)
            context->inspectors.items[i].config = &context->permission;
}
