"""The baselines: one public class a file, its formula in the docstring; `registry` lists them."""
