/* Comments and trailing commas become blanks; everything else stays where it was. */
#include "io/json_lenient.h"
#include "test.h"

static void forms(void)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"{\"a\": [1, 2,], }", "{\"a\": [1, 2 ]  }"},
        {"[1, // x, ]\n2]", "[1,        \n2]"},
        {"[1, /* a\nb */ ]", "[1      \n     ]"},
        {"[\"a // b\", \"/* c */\", \"\\\"// d\", \"x,]\"]",
         "[\"a // b\", \"/* c */\", \"\\\"// d\", \"x,]\"]"},
        {"[,]", "[ ]"},
        {"[1,,]", "[1, ]"},
        {"/", "/"},
        {"[1] /* open", "[1]        "},
        {"[1] // end", "[1]       "},
        {"\"open\\", "\"open\\"},
        {"[1,/*,*/]", "[1      ]"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        AUTO_BUF out = {0};
        buf_puts(&out, "+");
        json_strict(str_of(cases[i][0]), &out);
        CHECK_STR(str_from(buf_str(&out), 1), cases[i][1]);
    }
}

int main(void)
{
    RUN(forms);
    return test_end();
}
