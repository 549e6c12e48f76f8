"""The version of the program; the package is built with the same one."""

VERSION = "0.1.0"
