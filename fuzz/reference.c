/* Names of images and challenges of registries: what is read as a name is written as one that means
 * the same. */
#include <stdint.h>
#include <stdlib.h>

#include "registry/challenge.h"
#include "registry/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = str_make((const char *)data, size), host, prefix;
    struct reference reference, again;
    struct challenge challenge = {0};
    struct pl_err err;
    if (reference_parse(text, &arena, &reference, &err) == 0) {
        struct str whole = reference_text(&arena, &reference);
        if (reference_parse(whole, &arena, &again, &err) < 0 ||
            !str_equal(reference_text(&arena, &again), whole) ||
            reference_parse(reference_familiar(&arena, &reference), &arena, &again, &err) < 0 ||
            !str_equal(reference_text(&arena, &again), whole))
            abort();
    }
    reference_parse_registry(text, &arena, &host, &prefix, &err);
    challenge_parse(text, &arena, &challenge);
    arena_free(&arena);
    return 0;
}
