/* Sets of hashes: what was added is there, nothing else is. */
#include "base/hash_set.h"
#include "test.h"

static void holds_what_was_added(void)
{
    struct hash_set set = {0};
    CHECK(!hash_set_has(&set, 0));
    CHECK(hash_set_add(&set, 0));
    CHECK(!hash_set_add(&set, 0));
    for (uint64_t i = 1; i <= 100000; i++)
        CHECK(hash_set_add(&set, i << 7)); /* many of one slot at first */
    for (uint64_t i = 1; i <= 100000; i++)
        CHECK(hash_set_has(&set, i << 7) && !hash_set_add(&set, i << 7));
    CHECK(!hash_set_has(&set, 100001ULL << 7));
    CHECK_INT(set.count, 100001);
    hash_set_free(&set);
    CHECK(!hash_set_has(&set, 128));
}

static void numbers_tell_apart(void)
{
    CHECK(hash_with(1, 2) != hash_with(1, 3));
    CHECK(hash_with(1, 2) != hash_with(2, 2));
}

int main(void)
{
    RUN(holds_what_was_added);
    RUN(numbers_tell_apart);
    return test_end();
}
