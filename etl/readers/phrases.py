"""What readers found, in Chinese: short phrases with numbers in them, which findings carry in both languages."""

import re

_PHRASES = (
    (r"(\d+) bytes after the announced end", r"声明的末尾之后还有 \1 字节"),
    (r"(\d+) bytes after the last record", r"末条记录之后还有 \1 字节"),
    (r"(\d+) bytes belong to no record", r"\1 字节不属于任何记录"),
    (r"(\d+) bytes, announced (\d+)", r"\1 字节，声明为 \2"),
    (r"(-?\d+) bytes \(record (\d+)\)", r"\1 字节（第 \2 条）"),
    (r"record (\d+) of (-?\d+) bytes", r"第 \1 条记录长 \2 字节"),
    (r"records of (\d+) bytes", r"每条记录 \1 字节"),
    (r"fields of (\d+) bytes and one", r"各字段共 \1 字节加 1"),
    (r"records up to byte (\d+)", r"记录直到第 \1 字节"),
    (r"no record at byte (\d+)", r"第 \1 字节处没有记录"),
    (r"(\d+) bytes in all", r"全文件 \1 字节"),
    (r"(\d+) lengths count the record header too", r"\1 个长度把记录头也计入"),
    (r"record numbers are (.*)", r"记录号为 \1"),
    (r"(\d+) records are of another type than the file \((\d+)\)", r"\1 条记录的图形类型与文件（\2）不同"),
    (r"(\d+) records without content", r"\1 条记录没有内容"),
    (r"(\d+) records without a mark", r"\1 条记录缺少删除标记"),
    (r"a blank or a star before each record", "每条记录前为空格或星号"),
    (r"entry (\d+) overlaps the next", r"第 \1 项与下一项重叠"),
    (r"one entry a record", "每条记录一项"),
    (r"an index", "索引文件"),
    (r"offset (-?\d+)", r"偏移 \1"),
    (r"at most (\d+)", r"不超过 \1"),
    (r"at least (\d+)", r"不少于 \1"),
    (r"field of kind (.*)", r"字段类型 \1"),
    (r"C, N, F, D, L or M", "C、N、F、D、L 或 M"),
    (r"a type of shape", "图形类型代码"),
    (r"type (\d+)", r"类型 \1"),
    (r"(-?\d+) bytes", r"\1 字节"),
    (r"(\d+) records", r"\1 条记录"),
    (r"(\d+) rows", r"\1 行"),
    (r"(\d+) shapes", r"\1 个图形"),
    (r"path", "路径不安全"),
    (r"control character", "名称含控制字符"),
    (r"encrypted", "已加密"),
    (r"symlink", "符号链接"),
    (r"special file", "设备等特殊文件"),
    (r"duplicate name", "与前面的文件重名"),
    (r"nested", "压缩包嵌套过深"),
    (r"type", "类型代码未知"),
    (r"length", "长度不符"),
    (r"counts", "点数或长度不符"),
    (r"parts", "部分的起点不符"),
    (r"box", "外框与坐标不符"),
)


def zh(phrase: str) -> str:
    """Return a phrase in Chinese; one that is not in the table comes back as it is.

    A phrase may name a part of the file before a colon: ``.shp: 7 bytes``.
    """
    part, colon, rest = phrase.partition(": ")
    if colon and part.startswith("."):
        return f"{part}：{zh(rest)}"
    for pattern, chinese in _PHRASES:
        if found := re.fullmatch(pattern, phrase):
            return found.expand(chinese)
    return phrase
