import Datasets
import Foundation
import Search
import SearchSpaces

// Evaluations until 95 % of the true hypervolume, on tables of published measurements.
// Usage: search-benchmark [--data DIR] [--spaces DIR] [--seeds N] [--limit N] [--batch N] [--strategies A,B]
//                         [--columns TEXT,TEXT] [--curves FILE] [--time] [--prices]
//        search-benchmark --picture FILE.svg --from CURVES,CURVES --columns NAME,NAME
// --columns keeps the columns whose names contain one of the texts; --curves writes strategy, column, seed and the share of
// the hypervolume after each evaluation as CSV; --time measures a proposal after 20 to 20,000 trials instead; --prices how many
// prices a second the search works out; --picture draws the medians of such files.
// Benchmarks/search_peers.py races Optuna and pymoo on the same tables.

let options = Options(CommandLine.arguments)
if options.has("time") {
    try ProposalTime.measure(options)
} else if options.has("prices") {
    try PriceRate.measure(options)
} else if let picture = options.text("picture") {
    try CurvePicture(options.list("from") ?? [], columns: options.list("columns") ?? []).svg
        .write(toFile: picture, atomically: true, encoding: .utf8)
} else {
    try Tournament(options).run()
}
