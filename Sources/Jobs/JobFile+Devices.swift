import Runners
import YAMLReader

extension JobFile {
    /// `devices:` – names, or names with the command that times models there.
    struct DeviceSection: Sendable {
        let names: [Located<String>]
        /// By place in `names`.
        let runners: [Int: Runner]

        init(_ node: YAMLNode) throws(YAMLError) {
            var names: [Located<String>] = []
            var runners: [Int: Runner] = [:]
            for item in try node.list() {
                guard item.isMapping else {
                    names.append(try Located(item) { node throws(YAMLError) in try node.string() })
                    continue
                }
                var keys = YAMLSection(item)
                let name = try keys.required("name")
                runners[names.count] = try Runner(
                    keys.required("runner"), timeout: keys.optional("timeout"))
                try keys.end()
                names.append(try Located(name) { node throws(YAMLError) in try node.string() })
            }
            guard !names.isEmpty else { throw node.error("expected at least one entry") }
            for (index, name) in names.enumerated()
            where names[..<index].contains(where: { $0.value == name.value }) {
                throw name.node.error("'\(name.value)' stands twice")
            }
            self.names = names
            self.runners = runners
        }
    }
}

extension Runner {
    fileprivate init(_ command: YAMLNode, timeout: YAMLNode?) throws(YAMLError) {
        let seconds = try timeout?.int(in: 1...86_400) ?? 120
        do {
            try self.init(command.string(), secondsAllowed: seconds)
        } catch let error as RunnerError {
            throw command.error("\(error)")
        } catch let error as YAMLError {
            throw error
        } catch {
            throw command.error("\(error)")
        }
    }
}
