/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_interop: mito and the real Python, where there is one, as peers.
 */
#include "runner.h"
#include "random_value.h"

#include "lib/wire/pickle.h"

#include <mito.h>

#include <string.h>

static apr_pool_t *pool;

/* Reads records of our making (the size of a pickle and of its repr, then
 * both) and checks that it sees the same, and would have written the same
 * bytes but for a frame. Answers with its own pickles of the same values in
 * every protocol. */
static const char script[] =
    "import sys, io, struct, pickle\n"
    "i, o = sys.stdin.buffer, sys.stdout.buffer\n"
    "def pure(v):\n"
    "    f = io.BytesIO(); p = pickle.Pickler(f, 4); p.fast = True\n"
    "    p.dump(v); b = f.getvalue()\n"
    "    return b[:2] + b[11:] if b[2:3] == b'\\x95' else b\n"
    "n = 0\n"
    "while True:\n"
    "    head = i.read(8)\n"
    "    if not head: break\n"
    "    a, b = struct.unpack('<II', head)\n"
    "    data, text = i.read(a), i.read(b).decode()\n"
    "    value = pickle.loads(data)\n"
    "    assert repr(value) == text, (n, repr(value), text)\n"
    "    assert pure(value) == data, (n, value, data)\n"
    "    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):\n"
    "        if protocol == 2 and \"b'\" in text or 'b\"' in text: continue\n"
    "        data = pickle.dumps(value, protocol)\n"
    "        o.write(struct.pack('<II', n, len(data)) + data)\n"
    "    n += 1\n";

enum { PYTHON_VALUES = 2000 };

static unsigned char *put_u32(unsigned char *at, size_t number)
{
    int i;

    for (i = 0; i < 4; i++)
        *at++ = (unsigned char)(number >> (8 * i));
    return at;
}

static size_t get_u32(const unsigned char *at)
{
    return at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16
           | (size_t)at[3] << 24;
}

static size_t write_record(unsigned char *out, const mito_value_t *value)
{
    const char *text = mito_value_repr(value, pool);
    size_t size = 0;

    MITO_ASSERT_OK_FATAL(mi_pickle_size(&size, value));
    if (out != NULL) {
        out = put_u32(out, size);
        out = put_u32(out, strlen(text));
        mi_pickle_write(out, value);
        memcpy(out + size, text, strlen(text));
    }
    return 8 + size + strlen(text);
}

static void check_answer(const mito_value_t *const *values,
                         const unsigned char *answer, size_t size)
{
    const unsigned char *end = answer + size;
    const mito_value_t *back = NULL;
    size_t records = 0;
    size_t index;

    while (answer < end) {
        index = get_u32(answer);
        size = get_u32(answer + 4);
        CU_ASSERT_FATAL(index < PYTHON_VALUES
                        && size <= (size_t)(end - answer) - 8);
        MITO_ASSERT_OK_FATAL(mi_pickle_decode(&back, answer + 8, size, NULL,
                                              pool));
        CU_ASSERT_STRING_EQUAL_FATAL(mito_value_repr(back, pool),
                                     mito_value_repr(values[index], pool));
        answer += 8 + size;
        records++;
    }
    printf("%d values there, %llu pickles back\n", (int)PYTHON_VALUES,
           (unsigned long long)records);
    CU_ASSERT(records >= 2 * PYTHON_VALUES);
}

static void values_go_to_python_and_back(void)
{
    const mito_value_t *values[PYTHON_VALUES];
    mito_completed_t *done = NULL;
    mito_run_options_t options = {.capture_output = 1};
    unsigned char *records;
    size_t size = 0;
    size_t i;
    apr_status_t status;

    for (i = 0; i < PYTHON_VALUES; i++) {
        values[i] = random_value(5, pool);
        size += write_record(NULL, values[i]);
    }
    records = apr_palloc(pool, size);
    options.input = records;
    options.input_size = size;
    for (i = 0; i < PYTHON_VALUES; i++)
        records += write_record(records, values[i]);
    status = mito_run(&done, MITO_ARGV("python3", "-c", script), &options,
                      pool);
    if (APR_STATUS_IS_ENOENT(status)) {
        mito_test_skip("there is no python3");
        return;
    }
    MITO_ASSERT_OK_FATAL(status);
    printf("%s", mito_completed_error(done, NULL));
    CU_ASSERT_EQUAL_FATAL(mito_completed_exit_code(done), 0);
    records = (unsigned char *)mito_completed_output(done, &size);
    check_answer(values, records, size);
}

static const mito_test_t tests[] = {
    {"values_go_to_python_and_back", values_go_to_python_and_back, 60},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    MITO_CHECK(mito_init(&argc, &argv, &pool));
    return mito_test_main(argc, argv, "interop", tests);
}
