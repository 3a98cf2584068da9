/* Rules over settings: every example of data/passwords. */
#include "inspect.h"
#include "setting_examples.h"

static void examples(void)
{
    size_t bad = 0, good = 0;
    for (const struct setting_example *example = setting_examples; example->id; example++) {
        struct inspected inspected;
        inspect_text(example->path, str_of(example->text), &inspected);
        bool found = inspected_find(&inspected, example->id) != NULL;
        if (found != example->bad)
            FAIL("%s: %s:\n%s", example->id, found ? "found" : "not found", example->text);
        bad += example->bad;
        good += !example->bad;
        inspected_free(&inspected);
    }
    CHECK(bad > 25 && good > 25);
}

static void texts_are_sorted_and_complete(void)
{
    for (const struct finding_text *text = password_texts; text->id; text++) {
        CHECK(text->title[0] && text->mend_zh[0] && text->references[0]);
        CHECK(!text[1].id || strcmp(text->id, text[1].id) < 0);
    }
}

int main(void)
{
    RUN(examples);
    RUN(texts_are_sorted_and_complete);
    return test_end();
}
