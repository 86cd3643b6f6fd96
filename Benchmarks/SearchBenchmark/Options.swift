/// Words of the form `--name value` and `--name`.
struct Options {
    private let words: [String]

    init(_ arguments: [String]) { words = Array(arguments.dropFirst()) }

    func has(_ name: String) -> Bool { words.contains("--\(name)") }

    func text(_ name: String) -> String? {
        words.firstIndex(of: "--\(name)").flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
    }

    func number(_ name: String, _ standard: Int) -> Int { text(name).flatMap(Int.init) ?? standard }

    func list(_ name: String) -> [String]? { text(name)?.split(separator: ",").map(String.init) }
}
