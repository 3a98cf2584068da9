/* Layers over one another: whiteouts, folders replaced, links. Layers are written as text: entries
 * apart by blanks, "f:PATH" a file, "d:PATH" a folder, "x:PATH" a device, "w:PATH" a whiteout of
 * it, "o:PATH" an opaque folder, "s:PATH>TARGET" and "h:PATH>TARGET" a symbolic and a hard link. */
#include "image/tree.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/path.h"
#include "image/settle.h"
#include "test.h"

enum { LAYERS_MAX = 4 };

struct rig {
    struct layer_record records[LAYERS_MAX];
    struct layer_record *layers[LAYERS_MAX];
    struct tree tree;
    struct arena arena;
};

static enum entry_type type_of(char letter)
{
    static const char letters[] = "fdxwosh";
    static const enum entry_type types[] = {ENTRY_FILE,     ENTRY_DIR,    ENTRY_OTHER,
                                            ENTRY_WHITEOUT, ENTRY_OPAQUE, ENTRY_SYMLINK,
                                            ENTRY_HARDLINK};
    return types[strchr(letters, letter) - letters];
}

static void add_entry(struct layer_record *record, uint32_t order, struct str text)
{
    struct str path = str_from(text, 2), target = STR_NONE;
    size_t arrow = str_index(path, '>');
    if (arrow != SIZE_MAX) {
        target = str_from(path, arrow + 1);
        path = str_first(path, arrow);
    }
    enum entry_type type = type_of(text.data[0]);
    struct str inside = type == ENTRY_OPAQUE ? path : path_dir(path);
    for (struct str up = inside; up.len; up = path_dir(up))
        record_add(record, hash_str(up), order, ENTRY_IMPLIED, STR_NONE);
    record_add(record, hash_str(path), order, type, target);
}

static void rig_start(struct rig *rig, const char *const *layers)
{
    *rig = (struct rig){0};
    for (; layers[rig->tree.count]; rig->tree.count++) {
        struct layer_record *record = &rig->records[rig->tree.count];
        struct str rest = str_of(layers[rig->tree.count]), entry;
        for (uint32_t order = 1; str_cut(&rest, ' ', &entry); order++)
            if (entry.len)
                add_entry(record, order, entry);
        record_seal(record);
        rig->layers[rig->tree.count] = record;
    }
    rig->tree.layers = rig->layers;
    tree_index(&rig->tree);
}

static void rig_end(struct rig *rig)
{
    tree_index_free(&rig->tree);
    for (size_t i = 0; i < rig->tree.count; i++)
        record_free(&rig->records[i]);
    arena_free(&rig->arena);
}

/* "file 1:a/b" with the layer and the path there; "none", "loop". */
static struct str told(struct rig *rig, bool found, const struct tree_node *node)
{
    static const char *const types[] = {[ENTRY_FILE] = "file",
                                        [ENTRY_DIR] = "dir",
                                        [ENTRY_SYMLINK] = "link",
                                        [ENTRY_OTHER] = "other"};
    if (!found)
        return node->loop ? STR("loop") : STR("none");
    if (node->type == ENTRY_DIR)
        return arena_printf(&rig->arena, "dir %.*s", STR_ARG(node->path));
    return arena_printf(&rig->arena, "%s %u:%.*s", types[node->type], node->layer,
                        STR_ARG(node->path));
}

static const struct {
    const char *layers[LAYERS_MAX + 1];
    const char *path;
    const char *want;
} cases[] = {
    {{"f:a/b"}, "a/b", "file 0:a/b"},
    {{"f:a/b"}, "a", "dir a"},
    {{"f:a/b"}, "", "dir "},
    {{"f:a/b"}, "/a//b/", "file 0:a/b"},
    {{"f:a/b"}, "./a/./b", "file 0:a/b"},
    {{"f:a/b"}, "a/c", "none"},
    {{"f:a/b"}, "a/b/c", "none"},
    {{"f:a/b f:c"}, "a/b/../../c", "none"}, /* a file has no parent to go back to */
    {{"f:a/b f:c"}, "a/../c", "file 0:c"},
    {{"f:a/b f:c"}, "../../c", "file 0:c"}, /* the root's parent is the root */
    {{"x:dev"}, "dev", "other 0:dev"},
    {{"d:a"}, "a", "dir a"},

    /* layer.md, "Whiteouts" */
    {{"f:a", "f:a"}, "a", "file 1:a"},
    {{"f:a", "f:b"}, "a", "file 0:a"},
    {{"f:a", "w:a"}, "a", "none"},
    {{"f:a", "w:a", "f:a"}, "a", "file 2:a"},
    {{"f:a", "w:a f:a"}, "a", "file 1:a"},
    {{"f:a", "f:a w:a"}, "a", "file 1:a"}, /* wherever it stands in its layer */
    {{"f:a/b f:a/c", "w:a"}, "a/b", "none"},
    {{"f:a/b f:a/c", "w:a"}, "a", "none"},
    {{"f:a/b f:a/c", "w:a/b"}, "a/c", "file 0:a/c"},
    {{"f:a/b", "w:a f:a/c"}, "a/b", "none"},
    {{"f:a/b", "w:a f:a/c"}, "a/c", "file 1:a/c"},
    {{"f:a/b", "d:a w:a"}, "a/b", "none"},
    {{"w:a f:b"}, "b", "file 0:b"}, /* nothing below to hide */
    {{"w:a f:a"}, "a", "file 0:a"},

    /* layer.md, "Opaque Whiteout" */
    {{"f:a/b", "o:a"}, "a/b", "none"},
    {{"f:a/b", "o:a"}, "a", "dir a"},
    {{"f:a/b", "o:a f:a/c"}, "a/c", "file 1:a/c"},
    {{"f:a/b", "f:a/c o:a"}, "a/c", "file 1:a/c"},
    {{"f:a/b/c", "o:a f:a/b/d"}, "a/b/c", "none"},
    {{"f:a/b/c", "o:a f:a/b/d"}, "a/b/d", "file 1:a/b/d"},
    {{"f:a/b", "o:a", "f:a/b"}, "a/b", "file 2:a/b"},
    {{"f:a f:b/c", "o: f:d"}, "a", "none"},
    {{"f:a f:b/c", "o: f:d"}, "b/c", "none"},
    {{"f:a f:b/c", "o: f:d"}, "d", "file 1:d"},

    /* A file for a folder, and a folder for a file. */
    {{"f:a/b", "f:a"}, "a", "file 1:a"},
    {{"f:a/b", "f:a"}, "a/b", "none"},
    {{"f:a/b", "f:a", "d:a f:a/c"}, "a/b", "none"},
    {{"f:a/b", "f:a", "d:a f:a/c"}, "a/c", "file 2:a/c"},
    {{"f:a", "d:a f:a/b"}, "a/b", "file 1:a/b"},
    {{"f:a", "f:a/b"}, "a", "dir a"},
    {{"f:a/b", "d:a"}, "a/b", "file 0:a/b"}, /* a folder alone replaces nothing */
    {{"f:a/b f:a d:a"}, "a/b", "none"},      /* within one layer as well */
    {{"f:a/b f:a f:a/c"}, "a/b", "none"},
    {{"f:a/b f:a d:a f:a/c"}, "a/c", "file 0:a/c"},

    /* Links into folders, out of them, and out of the root. */
    {{"s:lib>usr/lib f:usr/lib/x"}, "lib/x", "file 0:usr/lib/x"},
    {{"s:lib>usr/lib f:usr/lib/x"}, "lib", "dir usr/lib"},
    {{"s:lib>usr/lib", "f:usr/lib/x"}, "lib/x", "file 1:usr/lib/x"},
    {{"s:a/l>/b/c f:b/c"}, "a/l", "file 0:b/c"},
    {{"s:a/l>../b f:b"}, "a/l", "file 0:b"},
    {{"s:a/l>../../../../b f:b"}, "a/l", "file 0:b"},
    {{"s:l>a/b f:a/b/c f:a/x"}, "l/../x", "file 0:a/x"}, /* the parent of where it leads */
    {{"s:l>nowhere"}, "l", "none"},
    {{"s:l>. f:a"}, "l/l/l/a", "file 0:a"},
    {{"s:l>/ f:a"}, "l/a", "file 0:a"},
    {{"s:l>a/ f:a/b"}, "l/b", "file 0:a/b"},
    {{"s:a>b s:b>c f:c"}, "a", "file 0:c"},
    {{"s:a>b s:b>a"}, "a", "loop"},
    {{"s:a>a"}, "a", "loop"},
    {{"s:a>a/x"}, "a", "loop"},
    {{"s:l>f f:f"}, "l/x", "none"},
    {{"s:l>f f:f", "w:l"}, "l", "none"},
    {{"s:l>f f:f", "w:f"}, "l", "none"},
    {{"s:l>a f:a/b", "d:l f:l/c"}, "l/c", "file 1:l/c"},
    {{"s:l>a f:a/b", "d:l f:l/c"}, "l/b", "none"},

    /* A hard link keeps the file that its name had. */
    {{"f:a h:b>a"}, "b", "file 0:a"},
    {{"f:a", "h:b>a"}, "b", "file 0:a"},
    {{"f:a", "h:b>a", "f:a"}, "b", "file 0:a"},
    {{"f:a", "h:b>a", "w:a"}, "b", "file 0:a"},
    {{"f:a", "h:b>a w:a"}, "b", "file 0:a"}, /* the file was still there */
    {{"f:a", "w:a h:b>a"}, "b", "none"},
    {{"f:a h:b>a h:c>b"}, "c", "file 0:a"},
    {{"h:b>a"}, "b", "none"},
    {{"h:b>a f:a"}, "b", "none"}, /* made before its file was there */
    {{"h:a>a"}, "a", "none"},
    {{"d:a h:b>a"}, "b", "none"},
    {{"f:x/a s:l>x", "h:b>l/a"}, "b", "file 0:x/a"},
    {{"h:l>s s:s>f f:f"}, "l", "none"},
    {{"f:f s:s>f h:l>s"}, "l", "file 0:f"},
    {{"f:f s:s>f", "h:d/l>s f:d/f"}, "d/l", "file 1:d/f"}, /* leads on from its own place */
    {{"f:a s:l>a/"}, "l", "none"},                         /* a file is no folder */
};

static void resolves(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig rig;
        struct tree_node node;
        rig_start(&rig, cases[i].layers);
        bool found = tree_resolve(&rig.tree, &rig.arena, str_of(cases[i].path), true, &node);
        struct str got = told(&rig, found, &node);
        if (!str_is(got, cases[i].want)) {
            FAIL("\"%s\" is \"%.*s\", not \"%s\" in:", cases[i].path, STR_ARG(got), cases[i].want);
            for (size_t k = 0; k < rig.tree.count; k++)
                printf("    %s\n", cases[i].layers[k]);
        }
        rig_end(&rig);
    }
}

static void the_last_link_stays(void)
{
    static const char *const layers[] = {"s:l>a s:m>l f:a s:d>e f:e/x s:e/y>x", NULL};
    struct rig rig;
    struct tree_node node;
    rig_start(&rig, layers);
    CHECK(tree_resolve(&rig.tree, &rig.arena, STR("l"), false, &node));
    CHECK_STR(told(&rig, true, &node), "link 0:l");
    CHECK(tree_resolve(&rig.tree, &rig.arena, STR("d/y"), false, &node));
    CHECK_STR(told(&rig, true, &node), "link 0:e/y");
    CHECK(tree_resolve(&rig.tree, &rig.arena, STR("d/y"), true, &node));
    CHECK_STR(told(&rig, true, &node), "file 0:e/x");
    CHECK(tree_resolve(&rig.tree, &rig.arena, STR("a"), false, &node));
    CHECK_STR(told(&rig, true, &node), "file 0:a");
    rig_end(&rig);
}

/* LIMIT_LINK_HOPS links are followed, one more is not. */
static void chains_of_links(void)
{
    struct layer_record record = {0}, *layers[] = {&record};
    struct tree tree = {.layers = layers, .count = 1};
    struct arena arena = {0};
    struct tree_node node;
    for (uint32_t i = 0; i <= LIMIT_LINK_HOPS; i++) {
        struct str name = arena_printf(&arena, "l%u", i);
        struct str target = arena_printf(&arena, "l%u", i + 1);
        record_add(&record, hash_str(name), i + 1, ENTRY_SYMLINK, target);
    }
    struct str last = arena_printf(&arena, "l%u", LIMIT_LINK_HOPS + 1U);
    record_add(&record, hash_str(last), 99, ENTRY_FILE, STR_NONE);
    record_seal(&record);
    CHECK(tree_resolve(&tree, &arena, STR("l1"), true, &node));
    CHECK_STR(node.path, last.data);
    CHECK(!tree_resolve(&tree, &arena, STR("l0"), true, &node));
    CHECK(node.loop);
    record_free(&record);
    arena_free(&arena);
}

static void as_it_was(void)
{
    static const char *const layers[] = {"f:a f:b", "w:a", "f:a", NULL};
    static const char *const want[] = {"file 0:a", "none", "file 2:a"};
    struct rig rig;
    struct tree_node node;
    rig_start(&rig, layers);
    for (uint32_t top = 0; top < 3; top++) {
        bool found = tree_resolve_at(&rig.tree, &rig.arena, top, STR("a"), true, &node);
        CHECK_STR(told(&rig, found, &node), want[top]);
    }
    rig_end(&rig);
}

static void no_layers(void)
{
    struct tree tree = {0};
    struct arena arena = {0};
    struct tree_node node = {0};
    CHECK(!tree_resolve(&tree, &arena, STR("a"), true, &node));
    arena_free(&arena);
}

static void add_file(struct rig *rig, size_t layer, uint32_t order, const char *path)
{
    *VEC_ADD(&rig->records[layer].files) = (struct record_file){
        .path = str_of(path),
        .hash = hash_str(str_of(path)),
        .order = order,
        .type = ENTRY_FILE,
        .read = true,
    };
}

/* Entries below a link land where it leads, whoever wanted them. */
static void settles(void)
{
    static const char *const layers[] = {
        "s:lib>usr/lib f:usr/lib/x f:etc/y s:abs>/opt d:opt s:gone>new",
        "f:lib/apk/db/installed f:etc/z f:abs/w f:lib/x f:gone/n", NULL};
    static const char *const stored[] = {"lib/apk/db/installed", "etc/z", "abs/w", "lib/x",
                                         "gone/n"};
    static const char *const places[][2] = {
        {"lib/apk/db/installed", "file 1:usr/lib/apk/db/installed"},
        {"usr/lib/x", "file 1:usr/lib/x"},
        {"usr/lib/apk", "dir usr/lib/apk"},
        {"opt/w", "file 1:opt/w"},
        {"gone/n", "file 1:new/n"},
        {"etc/z", "file 1:etc/z"},
    };
    struct rig rig;
    struct tree_node node;
    struct settle settle;
    struct wants wants = {0};
    rig_start(&rig, layers);
    wants_add(&wants, STR("opt/*"), 0);
    wants_add(&wants, STR("lib/apk/db/installed"), 0);
    wants_seal(&wants);
    add_file(&rig, 1, 1, "lib/apk/db/installed");
    settle_init(&settle, &rig.tree, &wants);
    CHECK(!settle_begin(&settle, 0));
    CHECK(settle_begin(&settle, 1));
    for (uint32_t i = 0; i < sizeof(stored) / sizeof(stored[0]); i++)
        settle_entry(&settle, &(struct settle_entry){
                                  .path = str_of(stored[i]), .order = i + 1, .type = ENTRY_FILE});
    settle_end(&settle);
    CHECK(!settle.full);
    settle_free(&settle);
    const struct layer_record *record = &rig.records[1];
    CHECK_INT(record->files.count, 2);
    CHECK_STR(record->files.items[0].path, "usr/lib/apk/db/installed");
    CHECK(record->files.items[0].hash == hash_str(record->files.items[0].path));
    CHECK_STR(record->files.items[1].path, "opt/w");
    CHECK(!record->files.items[1].read);
    CHECK_INT(record->moved.count, 4);
    CHECK(record_moved_find(record, 2) == NULL);
    CHECK_STR(record_moved_find(record, 5)->path, "new/n");
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        bool found = tree_resolve(&rig.tree, &rig.arena, str_of(places[i][0]), true, &node);
        CHECK_STR(told(&rig, found, &node), places[i][1]);
    }
    wants_free(&wants);
    rig_end(&rig);
}

int main(void)
{
    RUN(resolves);
    RUN(the_last_link_stays);
    RUN(chains_of_links);
    RUN(as_it_was);
    RUN(no_layers);
    RUN(settles);
    return test_end();
}
