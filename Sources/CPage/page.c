// Written by scripts/embed-shipped.
#include "include/page.h"
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char page_app_js[] = {
#embed "../../page/app.js"
};

static const unsigned char page_chart_js[] = {
#embed "../../page/chart.js"
};

static const unsigned char page_details_js[] = {
#embed "../../page/details.js"
};

static const unsigned char page_elements_js[] = {
#embed "../../page/elements.js"
};

static const unsigned char page_figures_js[] = {
#embed "../../page/figures.js"
};

static const unsigned char page_format_js[] = {
#embed "../../page/format.js"
};

static const unsigned char page_index_html[] = {
#embed "../../page/index.html"
};

static const unsigned char page_model_js[] = {
#embed "../../page/model.js"
};

static const unsigned char page_style_css[] = {
#embed "../../page/style.css"
};

static const unsigned char page_views_js[] = {
#embed "../../page/views.js"
};

static const struct page_file files[] = {
    {"app.js", page_app_js, sizeof page_app_js},
    {"chart.js", page_chart_js, sizeof page_chart_js},
    {"details.js", page_details_js, sizeof page_details_js},
    {"elements.js", page_elements_js, sizeof page_elements_js},
    {"figures.js", page_figures_js, sizeof page_figures_js},
    {"format.js", page_format_js, sizeof page_format_js},
    {"index.html", page_index_html, sizeof page_index_html},
    {"model.js", page_model_js, sizeof page_model_js},
    {"style.css", page_style_css, sizeof page_style_css},
    {"views.js", page_views_js, sizeof page_views_js},
};

size_t page_file_count(void) { return sizeof files / sizeof files[0]; }

struct page_file page_file_at(size_t index) { return files[index]; }
