"""Names that PromQL has, that it has behind a switch, and that only its relatives have.

Prometheus 3.5's functions and MetricsQL's as of VictoriaMetrics 1.120, by their documentation.
"""

from __future__ import annotations

AGGREGATIONS = frozenset({
    "sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values", "bottomk", "topk", "quantile",
    "limitk", "limit_ratio",
})  # fmt: skip
EXPERIMENTAL = frozenset({
    "limitk", "limit_ratio", "info", "mad_over_time", "sort_by_label", "sort_by_label_desc", "double_exponential_smoothing",
    "ts_of_min_over_time", "ts_of_max_over_time", "ts_of_first_over_time", "ts_of_last_over_time", "first_over_time",
    "histogram_quantiles", "step", "range", "start", "end",
})  # fmt: skip
"""Prometheus refuses them unless `--enable-feature=promql-experimental-functions` is set."""
FUNCTIONS = EXPERIMENTAL | frozenset({
    "abs", "absent", "absent_over_time", "acos", "acosh", "asin", "asinh", "atan", "atanh", "avg_over_time", "ceil",
    "changes", "clamp", "clamp_max", "clamp_min", "cos", "cosh", "count_over_time", "day_of_month", "day_of_week",
    "day_of_year", "days_in_month", "deg", "delta", "deriv", "exp", "floor", "histogram_avg", "histogram_count",
    "histogram_fraction", "histogram_quantile", "histogram_stddev", "histogram_stdvar", "histogram_sum", "hour", "idelta",
    "increase", "irate", "label_join", "label_replace", "last_over_time", "ln", "log10", "log2", "max_over_time",
    "min_over_time", "minute", "month", "pi", "predict_linear", "present_over_time", "quantile_over_time", "rad", "rate",
    "resets", "round", "scalar", "sgn", "sin", "sinh", "sort", "sort_desc", "sqrt", "stddev_over_time",
    "stdvar_over_time", "sum_over_time", "tan", "tanh", "time", "timestamp", "vector", "year",
})  # fmt: skip
RENAMED = {"holt_winters": "double_exponential_smoothing"}
"""What Prometheus 3 calls otherwise than Prometheus 2."""
WORDS = frozenset({"and", "or", "unless", "atan2"})
MODIFIERS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
NEWER = frozenset({"anchored", "smoothed", "fill", "fill_left", "fill_right"})
"""Words of PromQL that are experimental in Prometheus 3.8 and later."""

_METRICSQL = """
    aggr_over_time alias any ascent_over_time bitmap_and bitmap_or bitmap_xor bottomk_avg bottomk_last bottomk_max
    bottomk_median bottomk_min buckets_limit changes_prometheus count_eq_over_time count_gt_over_time count_le_over_time
    count_ne_over_time count_values_over_time decreases_over_time default_rollup delta_prometheus deriv_fast
    descent_over_time distinct distinct_over_time drop_common_labels drop_empty_series duration_over_time geomean
    geomean_over_time histogram histogram_over_time histogram_share hoeffding_bound_lower hoeffding_bound_upper ideriv
    increase_prometheus increase_pure increases_over_time integrate interpolate iqr_over_time keep_last_value
    keep_next_value label_copy label_del label_graphite_group label_keep label_lowercase label_map label_match
    label_mismatch label_move label_set label_transform label_uppercase label_value labels_equal lag lifetime limit_offset
    limitk mad median median_over_time mode mode_over_time now outlier_iqr_over_time outliers_iqr outliers_mad outliersk
    prometheus_buckets quantiles quantiles_over_time rand rand_exponential rand_normal range_avg range_first
    range_last range_linear_regression range_mad range_max range_median range_min range_normalize range_quantile
    range_stddev range_stdvar range_sum range_trim_outliers range_trim_spikes range_trim_zscore range_zscore rate_over_sum
    rate_prometheus remove_resets rollup rollup_candlestick rollup_delta rollup_deriv rollup_increase rollup_rate
    rollup_scrape_interval ru running_avg running_max running_min running_sum scrape_interval share share_eq_over_time
    share_gt_over_time share_le_over_time smooth_exponential sort_by_label_numeric sort_by_label_numeric_desc
    stale_samples_over_time sum2 sum2_over_time sum_eq_over_time sum_gt_over_time sum_le_over_time timestamp_with_name
    timezone_offset tfirst_over_time tlast_change_over_time tlast_over_time tmax_over_time tmin_over_time topk_avg
    topk_last topk_max topk_median topk_min union vmrange_buckets zscore zscore_over_time
"""
METRICSQL = frozenset(_METRICSQL.split()) - FUNCTIONS - AGGREGATIONS
METRICSQL_WORDS = frozenset({"default", "if", "ifnot", "keep_metric_names", "limit", "WITH", "with"})
