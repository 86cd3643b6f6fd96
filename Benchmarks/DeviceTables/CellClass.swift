/// Cells of NAS-Bench-201 that compute the same function, by the rule of its authors (Dong and Yang 2020): 15,625 cells make
/// 6,466 classes.
///
/// HW-NAS-Bench-360 timed one cell of each class and gave its time to all of them, so that its table says something about
/// those 6,466 cells only.
struct CellClass: Hashable {
    /// What the output node computes, written in terms of the input.
    let text: String

    init(_ architecture: String) {
        let input = "0", zero = "#"
        var nodes = [input]
        for edges in architecture.split(separator: "+") {
            let terms = edges.split(separator: "|").enumerated().map { source, edge in
                let (operation, value) = (edge.prefix { $0 != "~" }, nodes[source])
                if operation == "none" || value == zero { return zero }
                return operation == "skip_connect" ? value : "(\(value))@\(operation)"
            }
            nodes.append(terms.sorted().joined(separator: "+"))
        }
        text = nodes[nodes.count - 1]
    }

    /// The first of each class, in the order of the list.
    static func representatives(of architectures: [String]) -> Set<String> {
        var seen: Set<CellClass> = []
        return Set(architectures.filter { seen.insert(CellClass($0)).inserted })
    }
}
