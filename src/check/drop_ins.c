#include "check/drop_ins.h"

#include "base/path.h"
#include "check/dockerfile_checks.h"

bool drop_in_is(struct str path)
{
    struct str folder = path_base(path_dir(path));
    return str_ends(path, STR(".conf")) && check_glob_any(NAMES("?*.?*.d"), folder);
}

static void read_other(struct str name, const struct check_beside *beside, struct arena *arena,
                       struct unit_file *unit)
{
    AUTO_BUF text = {0};
    if (beside->read(beside, name, &text))
        unit_file_read(arena_str(arena, buf_str(&text)), true, arena, unit);
}

/* All *.conf of the folder, among them the text as `own` (empty: it is none of them). Whether it
 * was there. */
static bool read_folder(struct str folder, struct str own, struct str text,
                        const struct check_beside *beside, struct arena *arena,
                        struct unit_file *unit)
{
    const struct str *names;
    size_t count = beside->list(beside, folder, arena, &names);
    bool seen = false;
    for (size_t i = 0; i < count; i++) {
        bool is_own = own.len && str_equal(names[i], own);
        seen = seen || is_own;
        if (is_own)
            unit_file_read(text, false, arena, unit);
        else if (str_ends(names[i], STR(".conf")))
            read_other(arena_printf(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names[i])), beside,
                       arena, unit);
    }
    return seen;
}

void drop_ins_read(struct str text, struct str path, const struct check_beside *beside,
                   struct arena *arena, struct unit_file *unit)
{
    struct str name = path_base(path), folder = path_base(path_dir(path));
    *unit = (struct unit_file){0};
    if (!beside || !drop_in_is(path)) {
        unit_file_read(text, false, arena, unit);
        if (beside)
            read_folder(arena_printf(arena, "%.*s.d", STR_ARG(name)), STR_NONE, STR_NONE, beside,
                        arena, unit);
        return;
    }
    struct str unit_name = str_first(folder, folder.len - STR(".d").len);
    read_other(arena_printf(arena, "../%.*s", STR_ARG(unit_name)), beside, arena, unit);
    if (!read_folder(STR("."), name, text, beside, arena, unit))
        unit_file_read(text, false, arena, unit); /* they are too many to be put together */
}
