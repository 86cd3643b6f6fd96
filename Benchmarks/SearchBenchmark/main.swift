import Datasets
import Foundation
import Search
import SearchSpaces

// Evaluations until 95 % of the true hypervolume, on tables of published measurements.
// Usage: search-benchmark [--data DIR] [--spaces DIR] [--seeds N] [--limit N] [--batch N] [--strategies A,B]
//                         [--columns TEXT,TEXT] [--curves FILE] [--time] [--prices]
// --columns keeps the columns whose names contain one of the texts; --curves writes strategy, column, seed and the share of
// the hypervolume after each evaluation as CSV; --time measures a proposal after 20 to 20,000 trials instead; --prices how many
// prices a second the search works out.
// Benchmarks/search_peers.py races Optuna and pymoo on the same tables.

let options = Options(CommandLine.arguments)
if options.has("time") {
    try ProposalTime.measure(options)
} else if options.has("prices") {
    try PriceRate.measure(options)
} else {
    try Tournament(options).run()
}
