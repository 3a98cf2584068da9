/* States of layers as bytes, and back: within the budgets, in the run's language, damaged. */
#include "app/layer_pack.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "test.h"

static struct layer_set new_set(void)
{
    return (struct layer_set){
        .entry_budget = 1000,
        .file_budget = 1000,
        .packages_left = 1000,
        .bytes_left = 1000,
        .small_left = 100,
        .content_left = 1000,
    };
}

static void add_file(struct layer_state *state, const char *path, unsigned reader)
{
    struct file_content *content = ARENA_NEW(&state->arena, struct file_content);
    struct package *package = ARENA_NEW(&state->arena, struct package);
    *VEC_ADD(&state->contents) = content;
    content->sink.arena = &state->arena;
    content->sink.cataloger = catalogers[reader & READER_INDEX];
    content->kept = STR("kept bytes");
    content->sums = ARENA_NEW(&state->arena, struct file_sums);
    content->sums->starts[CHECKSUM_SHA1] = UINT64_MAX - 7;
    *package = (struct package){.name = STR("bash"), .version = STR("5.2"), .owner = OWNER_NONE};
    *VEC_ADD(&content->sink.packages) = package;
    *VEC_ADD(&state->record.files) = (struct record_file){
        .path = str_of(path), .order = 3, .reader = reader, .read = true, .content = content};
}

static void fill(struct layer_state *state)
{
    record_add(&state->record, hash_str(STR("etc")), 1, ENTRY_DIR, STR_NONE);
    record_add(&state->record, hash_str(STR("etc/x")), 2, ENTRY_SYMLINK, STR("y"));
    record_seal(&state->record);
    add_file(state, "var/lib/dpkg/status", 0);
    add_file(state, "var/lib/rpm/db", 1 | READER_RAW);
    state->record.entries_taken = 10;
    state->record.files_taken = 2;
    state->use = (struct layer_use){.packages = 4, .bytes = 500, .small = 60, .content = 70};
}

static void add_problem(struct layer_state *state)
{
    *VEC_ADD(&state->problems) =
        (struct layer_problem){.incomplete = true, .message = STR("m"), .local = STR("l")};
}

static void comes_back_and_is_charged(void)
{
    struct layer_set set = new_set();
    struct layer_state state = {.set = &set}, again = {.set = &set};
    AUTO_BUF buf = {0};
    fill(&state);
    CHECK(layer_is_repeatable(&state));
    layer_pack(&state, &buf);
    CHECK(layer_unpack(buf_str(&buf), &again));
    CHECK_INT(again.record.entries.count, 2);
    CHECK_INT(again.record.files.count, 2);
    const struct record_file *file = &again.record.files.items[0];
    const struct file_content *content = file->content;
    CHECK(file->read && content != NULL);
    CHECK_INT(content->sink.packages.count, 1);
    CHECK_STR(content->sink.packages.items[0]->name, "bash");
    CHECK_STR(content->kept, "kept bytes");
    CHECK(content->sums && content->sums->starts[CHECKSUM_SHA1] == UINT64_MAX - 7);
    CHECK(content->sink.arena == &again.arena && content->sink.cataloger == catalogers[0]);
    /* The bytes of a database that were wanted once are as if they had not been read. */
    CHECK(!again.record.files.items[1].read && !again.record.files.items[1].content);
    CHECK_INT(set.entry_budget, 990);
    CHECK_INT(set.file_budget, 998);
    CHECK_INT(set.packages_left, 996);
    CHECK_INT(set.bytes_left, 500);
    CHECK_INT(set.small_left, 40);
    CHECK_INT(set.content_left, 930);
    layer_state_reset(&again);
    layer_state_reset(&state);
}

/* A later state takes the place of the former, and is charged for what it took more. */
static void replaces_the_former(void)
{
    struct layer_set set = new_set();
    struct layer_state former = {.set = &set}, later = {.set = &set};
    AUTO_BUF buf = {0};
    fill(&former);
    fill(&later);
    struct str path = arena_str(&former.record.arena, STR("a/path/in/use"));
    later.use.content = 100;
    add_problem(&later);
    layer_pack(&later, &buf);
    former.walked = true;
    CHECK(layer_unpack(buf_str(&buf), &former));
    CHECK_INT(former.problems.count, 1);
    CHECK(former.walked);
    CHECK_STR(path, "a/path/in/use");
    CHECK_INT(set.content_left, 970);
    CHECK_INT(set.entry_budget, 1000);
    /* One that took less is none that can follow. */
    AUTO_BUF less = {0};
    later.use.content = 99;
    layer_pack(&later, &less);
    CHECK(!layer_unpack(buf_str(&less), &former));
    CHECK_INT(former.problems.count, 1);
    layer_state_reset(&former);
    layer_state_reset(&later);
}

static void keeps_to_the_budgets(void)
{
    for (unsigned i = 0; i < 7; i++) {
        struct layer_set set = new_set();
        struct layer_state state = {.set = &set}, again = {.set = &set};
        AUTO_BUF buf = {0};
        fill(&state);
        layer_pack(&state, &buf);
        if (i == 0)
            set.entry_budget = 9;
        else if (i == 1)
            set.file_budget = 1;
        else if (i == 2)
            set.packages_left = 3;
        else if (i == 3)
            set.bytes_left = 499;
        else if (i == 4)
            set.small_left = 59, set.bytes_left = 559;
        else if (i == 5)
            set.content_left = 69;
        else
            set.entry_budget = UINT64_MAX - 5; /* overdrawn */
        if (layer_unpack(buf_str(&buf), &again))
            FAIL("budget %u", i);
        CHECK_INT(again.record.entries.count, 0);
        layer_state_reset(&again);
        layer_state_reset(&state);
    }
    struct layer_set set = new_set();
    struct layer_state state = {.set = &set}, again = {.set = &set};
    AUTO_BUF buf = {0};
    fill(&state);
    layer_pack(&state, &buf);
    set.small_left = 59; /* small files may take of what the others have */
    CHECK(layer_unpack(buf_str(&buf), &again));
    CHECK_INT(set.bytes_left, 440);
    layer_state_reset(&again);
    layer_state_reset(&state);
}

static void keeps_to_the_language(void)
{
    for (int with_problem = 0; with_problem < 2; with_problem++) {
        struct layer_set set = new_set();
        struct layer_state state = {.set = &set}, again = {.set = &set};
        AUTO_BUF buf = {0};
        fill(&state);
        if (with_problem)
            add_problem(&state);
        layer_pack(&state, &buf);
        i18n_set(LANG_ZH);
        CHECK(layer_unpack(buf_str(&buf), &again) == !with_problem);
        layer_state_reset(&again);
        i18n_set(LANG_EN);
        set.bytes_left = set.small_left = 1000;
        CHECK(layer_unpack(buf_str(&buf), &again));
        layer_state_reset(&again);
        layer_state_reset(&state);
    }
}

static void tells_what_passes(void)
{
    struct layer_set set = new_set();
    struct layer_state state = {.set = &set};
    fill(&state);
    struct file_content *content = state.record.files.items[0].content;
    content->sink.full = true;
    CHECK(!layer_is_repeatable(&state));
    content->sink.full = false;
    CHECK(layer_is_repeatable(&state));
    state.passing = true;
    CHECK(!layer_is_repeatable(&state));
    layer_state_reset(&state);
}

static void stands_damage(void)
{
    struct layer_set set = new_set();
    struct layer_state state = {.set = &set};
    AUTO_BUF buf = {0};
    fill(&state);
    add_problem(&state);
    layer_pack(&state, &buf);
    for (size_t len = 0; len < buf.len; len++) {
        struct layer_state part = {.set = &set};
        AUTO_BUF cut = {0};
        buf_add(&cut, str_first(buf_str(&buf), len));
        if (layer_unpack(buf_str(&cut), &part))
            FAIL("%zu of %zu bytes", len, buf.len);
        layer_state_reset(&part);
    }
    for (size_t bit = 0; bit < buf.len * 8; bit++) {
        struct layer_set fresh = new_set();
        struct layer_state other = {.set = &fresh};
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ (1 << bit % 8));
        bool taken = layer_unpack(buf_str(&buf), &other);
        for (size_t i = 0; taken && i < other.record.files.count; i++) {
            const struct record_file *file = &other.record.files.items[i];
            CHECK(!file->content || file->reader <= READER_INDEX);
        }
        layer_state_reset(&other);
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ (1 << bit % 8));
    }
    layer_state_reset(&state);
}

int main(void)
{
    RUN(comes_back_and_is_charged);
    RUN(replaces_the_former);
    RUN(keeps_to_the_budgets);
    RUN(keeps_to_the_language);
    RUN(tells_what_passes);
    RUN(stands_damage);
    return test_end();
}
