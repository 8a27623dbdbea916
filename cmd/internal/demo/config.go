package demo

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Configure writes the configuration of a library that is brought in from the systems. base is the one of the
// same library in files, of which all is kept but sources and vocabularies; events is the path of an events
// file, empty where there is none.
func (s *Systems) Configure(base []byte, library, events string) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(base, &document); err != nil {
		return nil, fmt.Errorf("the configuration to start from: %w", err)
	}
	l := child(child(document.Content[0], "libraries"), library)
	set(l, "sources", s.sources(events))
	set(l, "vocabularies", s.vocabularies())
	set(l, "schedule", text("*/5 * * * *"))
	set(l, "reconcile", text("0 3 * * *"))
	set(child(l, "notify"), "allow", &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{text("localhost"), text("127.0.0.1")}})
	var out bytes.Buffer
	out.WriteString("# Written by semdex demo: Canto and PoolParty are imitations on this machine.\n")
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	document.HeadComment, document.Content[0].HeadComment, document.Content[0].Content[0].HeadComment = "", "", "" // about the files
	if err := encoder.Encode(&document); err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	return out.Bytes(), nil
}

func (s *Systems) sources(events string) *yaml.Node {
	fields := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range slices.Sorted(maps.Keys(s.Map)) {
		set(fields, name, text(s.Map[name]))
	}
	canto := &yaml.Node{Kind: yaml.MappingNode}
	set(canto, "type", text("canto"))
	set(canto, "url", text(s.Canto.URL()))
	set(canto, "oauth_url", text(s.Canto.OAuthURL()))
	set(canto, "app_id", text(AppID))
	set(canto, "app_secret", text(AppSecret))
	if s.content.Zone != nil {
		set(canto, "time_zone", text(s.content.Zone.String()))
	}
	set(canto, "map", fields)
	list := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{canto}}
	if events != "" {
		files := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		set(files, "type", text("files"))
		set(files, "events", text(events))
		list.Content = append(list.Content, files)
	}
	return list
}

func (s *Systems) vocabularies() *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	if s.PoolParty == nil {
		return list
	}
	node := &yaml.Node{Kind: yaml.MappingNode}
	set(node, "type", text("poolparty"))
	set(node, "url", text(s.PoolParty.URL()))
	set(node, "project", text(Project))
	set(node, "username", text(Username))
	set(node, "password", text(Password))
	list.Content = append(list.Content, node)
	return list
}

// text is a string that YAML takes for nothing else.
func text(value string) *yaml.Node {
	node := &yaml.Node{}
	node.SetString(value)
	return node
}

// child gives the value of a key, a new mapping where there is none.
func child(node *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	value := &yaml.Node{Kind: yaml.MappingNode}
	node.Content = append(node.Content, text(key), value)
	return value
}

// set gives a key of a mapping a value.
func set(node *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			node.Content[i+1] = value
			return
		}
	}
	node.Content = append(node.Content, text(key), value)
}
