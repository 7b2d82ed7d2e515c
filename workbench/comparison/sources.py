"""Where the test and the interval of a row come from: what the JSON says beside the test's short name."""

from collections.abc import Mapping

METHODS: Mapping[str, str] = {
    "mcnemar-exact": "McNemar's exact test; score interval of Tango (Statistics in Medicine 17:891, 1998)",
    "fisher-exact": "Fisher's exact test; hybrid score interval of Newcombe (Statistics in Medicine 17:873, 1998)",
    "paired-t": "Student's t on the differences of the same examples; its interval, of RMSE by the delta method",
    "welch-t": "Welch's t-test and interval (Biometrika 34:28, 1947), of RMSE by the delta method",
    "paired-jackknife": "jackknife on the same examples, Student's t (Efron and Tibshirani 1993, chapter 11)",
    "welch-jackknife": "jackknife of each on its own examples, with Welch's degrees of freedom",
    "delong": "DeLong's variance for correlated areas (Biometrics 44:837, 1988), with Student's t",
    "delong-unpaired": "DeLong's variances of each (Biometrics 44:837, 1988), with Welch's degrees of freedom",
    "auc-influence": "influence values of the mean area, of the same examples; Student's t",
    "auc-influence-unpaired": "influence values of the mean area of each, with Welch's degrees of freedom",
    "block-bootstrap": "moving-block bootstrap of units in their order (Annals of Statistics 17:1217, 1989), in closed "
    "form, prewhitened; blocks of twice the cube root of n; Student's t",
    "block-bootstrap-unpaired": "moving-block bootstrap of each text by itself, in closed form, prewhitened; Welch's "
    "degrees of freedom",
}
"""By the name of the test."""
